"""A query that is prepared for each connection says the same as one by a cursor, whatever happened before."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import psycopg
import pytest
from django.db import connection, transaction

from vardkase.core.sql import PreparedQuery, cursor

VALUES = "SELECT $1 || '!', $2::timestamptz, ARRAY[1, 2], NULL::text, 'x'::bytea, '{}'::jsonb"
GIVEN = ("Åsa", "2026-01-02 03:04:05+00:00")


@pytest.fixture
def query() -> Iterator[PreparedQuery]:
    yield PreparedQuery(VALUES)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_rows_are_those_of_a_cursor(query: PreparedQuery) -> None:
    expected = psycopg.RawCursor(cursor().connection).execute(VALUES, GIVEN, binary=True).fetchall()
    assert query.rows(*GIVEN) == query.rows(*GIVEN) == expected
    with transaction.atomic():
        assert query.rows(*GIVEN) == expected
    assert expected[0][0] == "Åsa!"


@pytest.mark.django_db(transaction=True)
def test_a_dropped_statement_is_prepared_again(query: PreparedQuery) -> None:
    first = query.rows(*GIVEN)
    cursor().execute("DEALLOCATE ALL")
    assert query.rows(*GIVEN) == first
    assert query.rows(*GIVEN) == first
    assert cursor().execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_an_error_is_raised_and_does_no_harm(query: PreparedQuery) -> None:
    first = query.rows(*GIVEN)
    with pytest.raises(psycopg.errors.InvalidDatetimeFormat):
        query.rows("Åsa", "never")
    assert query.rows(*GIVEN) == first


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_replaced_and_released(query: PreparedQuery) -> None:
    connection.close()  # What earlier tests left behind may refer to theirs.
    first = query.rows(*GIVEN)
    closed = ref(connection.connection)
    connection.connection.close()
    assert query.rows(*GIVEN) == first
    gc.collect()
    assert closed() is None
