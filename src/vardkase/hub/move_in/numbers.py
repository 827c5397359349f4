"""Whose number it is: things made here, and things deleted here, that a later run must not take for MISP's.

Numbers are kept, and a MISP that goes on working gives new ones meanwhile. `ids_reserved` keeps the hub's own far above
them; where two meet all the same, or something was deleted here, MISP's row is taken out of the staging tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from vardkase.core.sql import cursor
from vardkase.hub.move_in.staging import SCHEMA

type Ids = Mapping[str, Sequence[int]]
"""By staging table."""

TABLES: dict[str, tuple[str, str, str]] = {
    "roles": ("role", "roles", "name"),
    "users": ("account", "accounts", "email"),
    "auth_keys": ("auth_key", "keys", "authkey_start || '…' || authkey_end"),
    "servers": ("server", "servers", "name"),
    "feeds": ("feed", "feeds", "name"),
    "news": ("news", "news", "title"),
    "bookmarks": ("bookmark", "bookmarks", "name"),
    "regexp": ("import_expression", "import regexps", "regexp"),
    "correlation_exclusions": ("correlation_exclusion", "correlation exclusions", "value"),
}
"""Those that have no UUID to be known by, and keys: table here, plural for the report, what names a row."""
OF_PEOPLE = ("auth_keys", "user_settings", "bookmarks", "favourite_tags", "dashboards")
TAKEN = "Its number was given to another thing here since the last run."
DELETED = "It was deleted here since it was taken over: it stays deleted."

SET_APART = """
DELETE FROM {staged} s
WHERE s.id <> ALL(%(known)s::bigint[]) AND EXISTS (SELECT FROM {here} h WHERE h.id = s.id)
    OR s.id = ANY(%(moved)s::bigint[]) AND NOT EXISTS (SELECT FROM {here} h WHERE h.id = s.id)
RETURNING s.id, {name}, s.id = ANY(%(moved)s::bigint[])
"""
NEW = "SELECT s.id FROM {staged} s WHERE NOT EXISTS (SELECT FROM {here} h WHERE h.id = s.id)"
HERE = "SELECT h.id FROM {here} h WHERE h.id = ANY(%(ids)s::bigint[])"


def set_apart(moved: Ids, pending: Ids) -> list[dict[str, Any]]:
    """Take out of the staging tables what is not MISP's to change; what it was, as entries of the report.

    `moved` are numbers that finished runs took over, `pending` those that an unfinished one may have.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for staged, (here, kind, name) in TABLES.items():
        known = {
            "moved": list(moved.get(staged, ())),
            "known": [*moved.get(staged, ()), *pending.get(staged, ())],
        }
        removed = _execute(SET_APART, staged, here, name, known)
        for _, called, was_moved in removed:
            found.setdefault((kind, DELETED if was_moved else TAKEN), []).append(str(called))
        _forget_followers(staged, [number for number, _, _ in removed])
    return [
        {"kind": kind, "why": why, "count": len(names), "names": names[:200]}
        for (kind, why), names in found.items()
    ]


def _forget_followers(staged: str, numbers: list[int]) -> None:
    """What belongs to a person or role of MISP does not go to the one here that has the number."""
    if staged == "users":
        for table in OF_PEOPLE:
            cursor().execute(f"DELETE FROM move_in.{table} WHERE user_id = ANY(%s::bigint[])", (numbers,))
    elif staged == "roles":
        cursor().execute(
            "UPDATE move_in.users SET role_id = NULL WHERE role_id = ANY(%s::bigint[])", (numbers,)
        )


def arriving() -> dict[str, list[int]]:
    """The numbers in the staging tables that nothing here has yet."""
    return {
        staged: [row[0] for row in _execute(NEW, staged, here, name, {})]
        for staged, (here, _, name) in TABLES.items()
    }


def arrived(moved: Ids, pending: Ids) -> dict[str, list[int]]:
    """The numbers that were taken over, now that a run is finished."""
    return {
        staged: sorted(
            {*moved.get(staged, ())}
            | {row[0] for row in _execute(HERE, staged, here, name, {"ids": list(pending.get(staged, ()))})}
        )
        for staged, (here, _, name) in TABLES.items()
    }


def together(one: Ids, other: Ids) -> dict[str, list[int]]:
    return {
        table: sorted({*one.get(table, ()), *other.get(table, ())}) for table in one.keys() | other.keys()
    }


def _execute(
    statement: str, staged: str, here: str, name: str, given: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    parts = {"staged": sql.Identifier(SCHEMA, staged), "here": sql.Identifier(here), "name": sql.SQL(name)}
    return cursor().execute(sql.SQL(statement).format(**parts), given or None).fetchall()
