"""COPY in a background thread, while the caller continues."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from vardkase.core.sql import copy_rows, cursor

COPY = "COPY copied (id, word) FROM STDIN"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    cursor().execute("CREATE TABLE copied (id int PRIMARY KEY, word text)")
    yield
    cursor().execute("DROP TABLE copied")


def stored() -> list[tuple[int, str]]:
    return cursor().execute("SELECT id, word FROM copied ORDER BY id").fetchall()


def test_background_copy_is_complete_for_the_next_query() -> None:
    threads = []

    def rows(first: int) -> Iterator[tuple[int, str]]:
        threads.append(threading.current_thread())
        yield from ((number, "x") for number in range(first, first + 1000))

    with transaction.atomic():
        copy_rows(COPY, rows(0), in_background=True)
        copy_rows(COPY, rows(1000), in_background=True)
        assert len(stored()) == 2000
    assert len(stored()) == 2000
    assert threading.current_thread() not in threads


def test_commit_waits_for_the_copy() -> None:
    with transaction.atomic():
        copy_rows(COPY, ((number, "x") for number in range(1000)), in_background=True)
    assert len(stored()) == 1000


def test_error_is_raised_by_the_next_query() -> None:
    with transaction.atomic():
        copy_rows(COPY, [(1, "x"), (1, "y")], in_background=True)
        copy_rows(COPY, [(2, "z")], in_background=True)
        with pytest.raises(psycopg.errors.UniqueViolation):
            stored()
        transaction.set_rollback(True)
    assert stored() == []


def test_error_is_raised_by_the_commit() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(COPY, [(1, "x"), (1, "y")], in_background=True)
    assert stored() == []


def test_failing_caller_rolls_back() -> None:
    with transaction.atomic():
        copy_rows(COPY, ((number, "x") for number in range(1000)), in_background=True)
        transaction.set_rollback(True)
    assert stored() == []
    assert connection.is_usable()
