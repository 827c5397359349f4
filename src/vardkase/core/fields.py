"""Fills a row from a document: a reader per field, all errors reported together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem

type Readers = Mapping[str, Callable[[Any], Any]]
"""Member → what makes the stored value of a given one, or raises Invalid with the problem alone."""


def read(data: Mapping[str, Any], readers: Readers) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    """The values of the fields in `data`, and the problems of those that were not taken."""
    values: dict[str, Any] = {}
    errors: dict[str, list[Problem]] = {}
    for name in readers.keys() & data.keys():
        try:
            values[name] = readers[name](data[name])
        except Invalid as error:
            if not isinstance(error.errors, Problem):
                raise  # It names fields of its own.
            errors[name] = [error.errors]
        except ValueError as error:  # Of a library: its words are all there is.
            errors[name] = [CommonProblem.NOT_ACCEPTED(reason=str(error))]
    return values, errors


def apply(row: Model, data: Mapping[str, Any], readers: Readers) -> list[str]:
    """Set the fields in `data` on `row`; returns the names of the changed ones. Raises Invalid by field."""
    values, errors = read(data, readers)
    changed = []
    for name, value in values.items():
        if value != getattr(row, name):
            setattr(row, name, value)
            changed.append(name)
    if errors:
        raise Invalid(errors)
    return sorted(changed)


def fill(row: Model, data: Mapping[str, Any], readers: Readers) -> None:
    """Like `apply`, but fields missing from `data` are read from the row, so that new rows are validated in
    full."""
    apply(row, {name: data.get(name, getattr(row, name)) for name in readers}, readers)
