"""The fields of a small POST, such as a button with a reason. What has labels and errors is a Django form."""

from __future__ import annotations

from django.http import HttpRequest

from vardkase.misp.flags import as_int


def text(request: HttpRequest, name: str, default: str = "") -> str:
    """What was sent, without NUL characters, which no column takes."""
    return str(request.POST.get(name, default)).replace("\0", "")


def texts(request: HttpRequest, name: str) -> list[str]:
    """What was sent in several fields of one name, such as ticked boxes."""
    return [str(value).replace("\0", "") for value in request.POST.getlist(name)]


def flag(request: HttpRequest, name: str) -> bool:
    return request.POST.get(name) == "1"


def numbers(request: HttpRequest, name: str) -> list[int]:
    """Ids from several fields, or separated by commas; what is no number is left out."""
    sent = (part for field in request.POST.getlist(name) for part in str(field).split(","))
    return [number for part in sent if (number := as_int(part)) is not None]
