"""The fields of a POST without a form of its own, such as a button with a reason. What has labels and errors is a
Django form. Nothing else reads what was sent.

Texts come without NUL characters, which no column takes.
"""

from __future__ import annotations

from django.http import HttpRequest

from vardkase.misp.flags import as_int


def text(request: HttpRequest, name: str, default: str = "") -> str:
    return _clean(request.POST.get(name, default))


def fields(request: HttpRequest) -> dict[str, str]:
    """All fields by name; of several with one name, the last."""
    return {name: _clean(value) for name, value in request.POST.items()}


def lists(request: HttpRequest) -> dict[str, list[str]]:
    return {name: list(map(_clean, values)) for name, values in request.POST.lists()}


def texts(request: HttpRequest, name: str) -> list[str]:
    """What was sent in several fields of one name, such as ticked boxes."""
    return list(map(_clean, request.POST.getlist(name)))


def named_files(request: HttpRequest) -> list[tuple[str, str | None, int | None]]:
    """Field, name and size of each file."""
    sent = ((name, file) for name in request.FILES for file in request.FILES.getlist(name))
    return [(name, file.name, file.size) for name, file in sent]


def flag(request: HttpRequest, name: str) -> bool:
    return request.POST.get(name) == "1"


def numbers(request: HttpRequest, name: str) -> list[int]:
    """Ids from several fields, or separated by commas; what is no number is left out."""
    sent = (part for field in request.POST.getlist(name) for part in str(field).split(","))
    return [number for part in sent if (number := as_int(part)) is not None]


def files(request: HttpRequest, name: str) -> list[tuple[str, bytes]]:
    """Name and content of each file."""
    return [(file.name or "", file.read()) for file in request.FILES.getlist(name)]


def _clean(value: object) -> str:
    return str(value).replace("\0", "")
