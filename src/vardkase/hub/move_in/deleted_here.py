"""What was taken over and then deleted here: a later run does not bring it back.

A row of MISP with a number that the last run had, which is not here, was deleted here, unless it never came; those that
never came are remembered by number (few: of events that were left out, their parts are not).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vardkase.core.sql import cursor

BY_ID = "h.id = s.id"
BY_UUID = "h.uuid::text = lower(s.uuid)"
ITS_EVENT = "EXISTS (SELECT FROM event e WHERE e.id = s.event_id)"
TABLES: dict[str, tuple[str, str, str, str, str]] = {
    "events": ("event", BY_ID, "TRUE", "events", "s.id || ' ' || s.info"),
    "objects": ("object", BY_ID, ITS_EVENT, "objects", "s.id || ' ' || s.name"),
    "attributes": ("attribute", BY_ID, ITS_EVENT, "attributes", "s.id::text"),
    "object_references": ("object_reference", BY_ID, ITS_EVENT, "references", "s.id::text"),
    "event_reports": ("event_report", BY_ID, ITS_EVENT, "event reports", "s.id || ' ' || s.name"),
    "shadow_attributes": ("proposal", BY_ID, ITS_EVENT, "proposals", "s.id::text"),
    "sightings": ("sighting", BY_ID, ITS_EVENT, "sightings", "s.id::text"),
    "notes": ("analyst_data", BY_UUID, "TRUE", "notes", "s.uuid"),
    "opinions": ("analyst_data", BY_UUID, "TRUE", "opinions", "s.uuid"),
    "relationships": ("analyst_data", BY_UUID, "TRUE", "relationships", "s.uuid"),
    "organisations": ("organisation", BY_ID, "TRUE", "organisations", "s.name"),
    "sharing_groups": ("sharing_group", BY_ID, "TRUE", "sharing groups", "s.name"),
    "collections": ("collection", BY_ID, "TRUE", "collections", "s.name"),
    "tag_collections": ("tag_collection", BY_ID, "TRUE", "tag collections", "s.name"),
}
"""Staging table: table here, by what a row is the same, which rows can be told, plural for the report, a row's name.
The values of attributes are not named: they may have been deleted because nobody may read them."""
WHY = "It was deleted here since it was taken over: it stays deleted."
MOST_NAMED = 200

SET_APART = """
DELETE FROM move_in.{staged} s
WHERE s.id <= %s AND s.id <> ALL(%s::bigint[]) AND {told} AND NOT EXISTS (SELECT FROM {here} h WHERE {same})
RETURNING {name}
"""
ABSENT = "SELECT s.id FROM move_in.{staged} s WHERE {told} AND NOT EXISTS (SELECT FROM {here} h WHERE {same})"

STAYED_BEHIND = "SELECT staged, array_agg(id ORDER BY id) FROM move_in.stayed_behind GROUP BY staged"


def set_apart(greatest: Mapping[str, int], never_came: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Take it out of the staging tables; returns entries of the report. Both arguments are of the last run."""
    left_out = []
    for staged, (here, same, told, kind, name) in TABLES.items():
        statement = SET_APART.format(staged=staged, here=here, same=same, told=told, name=name)
        known = (greatest.get(staged, 0), list(never_came.get(staged, ())))
        if names := [str(row[0])[:MOST_NAMED] for row in cursor().execute(statement, known).fetchall()]:
            left_out.append({"kind": kind, "why": WHY, "count": len(names), "names": names[:MOST_NAMED]})
    return left_out


def absent() -> dict[str, list[int]]:
    """At the end of a run: what is in MISP and did not come."""
    found: dict[str, list[int]] = {}
    if cursor().execute("SELECT to_regclass('move_in.stayed_behind') IS NOT NULL").fetchall()[0][0]:
        found.update(cursor().execute(STAYED_BEHIND).fetchall())
    for staged, (here, same, told, _, _) in TABLES.items():
        rows = cursor().execute(ABSENT.format(staged=staged, here=here, same=same, told=told))
        found[staged] = [*found.get(staged, ()), *(row[0] for row in rows.fetchall())]
    return {staged: numbers for staged, numbers in found.items() if numbers}


def greatest_ids(former: Mapping[str, int], tables: Iterable[str] = ("users", *TABLES)) -> dict[str, int]:
    """The greatest id that each table has had: what MISP deletes, and what is deleted here, is told by it next time."""
    found = {}
    for table in tables:
        row = cursor().execute(f"SELECT coalesce(max(id), 0) FROM move_in.{table}").fetchone()
        found[table] = max(former.get(table, 0), row[0] if row else 0)
    return found
