"""Return types of endpoints, and recurring MISP response bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Json:
    """A value to be encoded as JSON (or as XML if the client accepts nothing else)."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """A body sent in chunks as it is produced."""

    content: Iterable[bytes]
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    content: str | bytes
    content_type: str = "text/plain; charset=UTF-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirect:
    """302 to `location`, a path of this instance or a URL built by it."""

    location: str


type Answer = Json | Stream | Text | Redirect


class Saved(Json):
    """The outcome of a save: `saved`, `failed`."""


class Toggled(Json):
    """The outcome of a toggle: `toggled`, `not_toggled`."""


class Message(Json):
    """``{"message": text}``"""


def saved(message: str, url: str, **extra: Any) -> Saved:
    """The body of a successful action; `url` is the path of the action, `extra` usually ``id=`` or ``data=``."""
    body = {"saved": True, "success": True, "name": message, "message": message, "url": url}
    return Saved({**body, **extra})


def failed(message: str, url: str, errors: Any, *, status: int = 403, **extra: Any) -> Saved:
    """The body of a refused save, for endpoints that return it instead of raising SaveFailed."""
    body = {"saved": False, "name": message, "message": message, "url": url, "errors": errors}
    return Saved({**body, **extra}, status=status)


def toggled(text: str, **extra: Any) -> Toggled:
    """The body of MISP's toggle and tagging actions: ``{"saved": true, "success": text}``."""
    return Toggled({"saved": True, "success": text, **extra})


def not_toggled(errors: Any) -> Toggled:
    """Their refusal, with status 200: ``{"saved": false, "errors": …}``, a text or field errors."""
    return Toggled({"saved": False, "errors": errors})


def named(text: str, url: str) -> Json:
    """MISP's body of an action that says what it did, without saying whether anything was saved."""
    return Json({"name": text, "message": text, "url": url})


def message(text: str) -> Message:
    return Message({"message": text})
