"""Writes what is new, or other than it is here, so that a report counts what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models import Model, QuerySet

from vardkase.core.secrets import SecretStore


def write_differing[M: Model](
    rows: QuerySet[M], things: Sequence[M], fields: Sequence[str], sealed: Mapping[str, SecretStore]
) -> int:
    """Insert or update these `fields`, and return how many rows were written. `sealed` are those that are encrypted,
    other each time: what is in them counts."""
    here = rows.in_bulk([thing.pk for thing in things])
    differing = [
        thing
        for thing in things
        if thing.pk not in here or _values(thing, fields, sealed) != _values(here[thing.pk], fields, sealed)
    ]
    rows.bulk_create(differing, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    return len(differing)


def _values(thing: Model, fields: Iterable[str], sealed: Mapping[str, SecretStore]) -> list[Any]:
    # Of a foreign key, the number: nothing is fetched for it.
    values = {name: getattr(thing, f"{name}_id" if hasattr(thing, f"{name}_id") else name) for name in fields}
    return [_opened(sealed[name], value) if name in sealed else value for name, value in values.items()]


def _opened(store: SecretStore, value: str) -> str | None:
    try:
        return store.decrypt(value)
    except InvalidToken:  # Under a key that is gone: written anew.
        return None
