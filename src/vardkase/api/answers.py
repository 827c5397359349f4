"""What an endpoint may return, and the bodies of MISP that recur."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Json:
    """A value to be encoded as JSON (or XML, when the client accepts only that)."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """A body sent piece by piece as it is made."""

    content: Iterable[bytes]
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A finished body that is not JSON."""

    content: str | bytes
    content_type: str = "text/plain; charset=UTF-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirect:
    """302 to `location`, a path of this instance or a URL made by it."""

    location: str


type Answer = Json | Stream | Text | Redirect


def saved(message: str, url: str, **extra: Any) -> Json:
    """The body of a successful act; `url` is the action's path, `extra` mostly ``id=`` or ``data=``."""
    body = {"saved": True, "success": True, "name": message, "message": message, "url": url}
    return Json({**body, **extra})


def failed(message: str, url: str, errors: Any, *, status: int = 403, **extra: Any) -> Json:
    """The body of a refused save, for an endpoint that answers instead of raising SaveFailed."""
    body = {"saved": False, "name": message, "message": message, "url": url, "errors": errors}
    return Json({**body, **extra}, status=status)


def toggled(text: str, **extra: Any) -> Json:
    """The body of the switches and taggings of MISP's pages: ``{"saved": true, "success": text}``."""
    return Json({"saved": True, "success": text, **extra})


def not_toggled(errors: Any) -> Json:
    """The refusal of those, with status 200: ``{"saved": false, "errors": …}``, a text or field errors."""
    return Json({"saved": False, "errors": errors})


def message(text: str) -> Json:
    """The body that MISP makes of a bare text."""
    return Json({"message": text})
