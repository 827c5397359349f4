"""Many new rows at once: what nearly every test begins with has to be quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, CharField, Field, IntegerField, Model

from vardkase.core.sql import cursor


def draw_keys(models: Sequence[type[Model]]) -> Iterator[int]:
    """The next primary key of each of these tables, in this order."""
    sequences = [f"{model._meta.db_table}_id_seq" for model in models]
    for (key,) in cursor().execute("SELECT nextval(name) FROM unnest(%s::text[]) AS name", [sequences]):
        yield key


def insert(*tables: Sequence[Model]) -> None:
    """Store these rows, those of one model together, in one statement.

    A missing primary key is drawn by the database, and not read back.
    """
    shape = tuple((type(rows[0]), rows[0].pk is not None, len(rows)) for rows in tables)
    statement, readers = _insert_of(shape)
    values = [
        read(row) for rows, reads in zip(tables, readers, strict=True) for row in rows for read in reads
    ]
    connection.ensure_connection()
    # Its own numbers of parameters: psycopg takes milliseconds to find a thousand times %s.
    psycopg.RawCursor(connection.connection).execute(statement, values)
    for rows in tables:
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


type Reader = Callable[[Model], Any]


@cache
def _insert_of(shape: tuple[tuple[type[Model], bool, int], ...]) -> tuple[bytes, list[list[Reader]]]:
    """The statement for so many rows of these models, and what reads the values of each."""
    parts, readers, number = [], [], count(1)
    for model, with_key, rows in shape:
        fields = [field for field in model._meta.concrete_fields if with_key or not field.primary_key]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(f"({', '.join(f'${next(number)}' for _ in fields)})" for _ in range(rows))
        parts.append(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {values}')
        readers.append([_reader(field) for field in fields])
    *before, last = parts
    ahead = ", ".join(f"t{place} AS ({part})" for place, part in enumerate(before))
    return (f"WITH {ahead} {last}" if ahead else last).encode(), readers


def _reader(field: Field[Any, Any]) -> Reader:
    if isinstance(field, BooleanField | CharField | IntegerField):  # Nothing to convert.
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)
