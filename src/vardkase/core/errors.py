"""Errors raised by services, and their meaning for the calling user or client.

Every face (web, API, CLI, jobs) turns these into its own answer; nothing else is caught on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

type FieldErrors = Mapping[str, Sequence[str]]


class VardkaseError(Exception):
    """Base class of all errors that are part of a contract."""


class NotFound(VardkaseError):
    """The object does not exist, or the actor may not see it (never reveal which)."""


class Forbidden(VardkaseError):
    """The actor may see the object but not perform this action on it."""


class Invalid(VardkaseError):
    """The input was rejected; `errors` maps each field to its messages. Nothing was changed."""

    def __init__(self, errors: FieldErrors | str, message: str = "") -> None:
        self.errors = errors
        super().__init__(message or _first(errors))


class Conflict(VardkaseError):
    """The stored state has changed meanwhile, or an object with this identity already exists."""

    def __init__(self, message: str, *, existing_id: int | None = None) -> None:
        self.existing_id = existing_id
        super().__init__(message)


def _first(errors: FieldErrors | str) -> str:
    if isinstance(errors, str):
        return errors
    return next((messages[0] for messages in errors.values() if messages), "Invalid input")
