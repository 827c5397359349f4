"""Addresses that URL patterns stand for, filled with the ids and words of rows that a test has made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from django.db import connection

PART = re.compile(r"<(\w+):(\w+)>")


def addresses(route: str, references: Iterable[str], texts: Mapping[str, str]) -> Iterator[str]:
    """A route filled with each of `references` (numbers, UUIDs), if it takes any, and the words of `texts` by the
    names of its other parts. In the order of `references`."""
    found = dict.fromkeys(
        PART.sub(lambda part, each=each: _in_place(part, each, texts), f"/{route}")  # type: ignore[misc]
        for each in references
    )
    yield from (address for address in found if "<" not in address)


def _in_place(part: re.Match[str], reference: str, texts: Mapping[str, str]) -> str:
    if part[1] == "int":
        return reference if reference.isdigit() else part[0]
    return reference if part[1] == "reference" else texts.get(part[2], "x")


def restart_sequences() -> None:
    """Restarts the ids of empty tables at one, so that a few numbers identify everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I', s.relname), format('%I', t.relname) FROM pg_class s "
            "JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
            "WHERE s.relkind = 'S' AND t.relkind = 'r'"
        )
        for sequence, table in cursor.fetchall():
            cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {table})")
            if cursor.fetchone()[0]:
                cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
