"""Errors raised by services, and their meaning for the calling user or client.

Every interface (web, API, CLI, jobs) turns these into its own answer; nothing else is caught on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vardkase.core.problems import CommonProblem, Problem, ProblemCode, wire

type FieldErrors = Mapping[str, Sequence[Problem]]


class VardkaseError(Exception):
    """Base class of all errors that are part of a contract.

    `str()` is for people, in the active language; `wire` is for clients, in English.
    """

    def __init__(self, problem: Problem | None = None) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return str(self.problem or "")

    @property
    def wire(self) -> str:
        return str(wire(self.problem or ""))

    def has(self, code: ProblemCode) -> bool:
        return self.problem is not None and self.problem.code is code


class NotFound(VardkaseError):
    """The object does not exist, or the actor may not see it (never reveal which)."""


class Forbidden(VardkaseError):
    """The actor may see the object but not perform this action on it."""


class Invalid(VardkaseError):
    """The input was rejected; `errors` maps each field to its problems. Nothing was changed."""

    problem: Problem

    def __init__(self, errors: FieldErrors | Problem, summary: Problem | None = None) -> None:
        self.errors = errors
        super().__init__(summary or _first(errors))

    @property
    def by_field(self) -> FieldErrors:
        """`errors`, with a problem of no field under ""."""
        return {"": [self.errors]} if isinstance(self.errors, Problem) else self.errors


class InvalidValue(Invalid, ValueError):
    """A single value that a reader does not accept. A ValueError too, for callers who only ask whether it does."""

    problem: Problem

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)


class Conflict(VardkaseError):
    """The stored state has changed meanwhile, or an object with this identity already exists."""

    problem: Problem

    def __init__(self, problem: Problem, *, existing_id: int | None = None) -> None:
        self.existing_id = existing_id
        super().__init__(problem)


def by_field(error: Invalid, otherwise: str) -> FieldErrors:
    """The errors of `error` by field; one that names no field is put under `otherwise`."""
    return {otherwise: [error.errors]} if isinstance(error.errors, Problem) else error.errors


def _first(errors: FieldErrors | Problem) -> Problem:
    if isinstance(errors, Problem):
        return errors
    return next((problems[0] for problems in errors.values() if problems), CommonProblem.INVALID_INPUT())
