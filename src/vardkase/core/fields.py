"""Fills a row from a document: a reader per field, all errors reported together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from vardkase.core.errors import Invalid

type Readers = Mapping[str, Callable[[Any], Any]]
"""Member → what makes the stored value of a given one, or raises ValueError with the reason."""


def apply(row: Model, data: Mapping[str, Any], readers: Readers) -> list[str]:
    """Set the fields in `data` on `row`; returns the names of the changed ones. Raises Invalid by field."""
    errors: dict[str, list[str]] = {}
    changed = []
    for name in readers.keys() & data.keys():
        try:
            value = readers[name](data[name])
        except ValueError as error:
            errors[name] = [str(error)]
            continue
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
