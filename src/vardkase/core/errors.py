"""The errors a use case may raise, and what each means to the person or machine that called.

Every face (web, API, CLI, jobs) turns these into its own answer; nothing else is caught on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

type FieldErrors = Mapping[str, Sequence[str]]


class VardkaseError(Exception):
    """Root of every error that is part of a contract."""


class NotFound(VardkaseError):
    """The thing does not exist, or the actor may not see it (never say which)."""


class Forbidden(VardkaseError):
    """The actor may see the thing but not do this to it."""


class Invalid(VardkaseError):
    """The input was refused; `errors` maps each field to its messages. Nothing was changed."""

    def __init__(self, errors: FieldErrors | str, message: str = "") -> None:
        self.errors = errors
        super().__init__(message or _first(errors))


class Conflict(VardkaseError):
    """The stored state has moved on, or something with this identity exists already."""

    def __init__(self, message: str, *, existing_id: int | None = None) -> None:
        self.existing_id = existing_id
        super().__init__(message)


def _first(errors: FieldErrors | str) -> str:
    if isinstance(errors, str):
        return errors
    return next((messages[0] for messages in errors.values() if messages), "Invalid input")
