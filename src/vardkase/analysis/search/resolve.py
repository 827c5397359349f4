"""What is looked up before a search, so that the number of its rows can be estimated: ids of names, and how common a
value of a column is.
"""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.analysis.search.statement import split_items
from vardkase.core.sql import cursor
from vardkase.misp.fields import UUID
from vardkase.misp.flags import is_id

TAGS = """
SELECT id FROM tag
WHERE id = ANY(%(ids)s::bigint[])
   OR (lower(name) = ANY(%(folded)s::text[]) AND name = ANY(%(names)s::text[]))
   OR name LIKE ANY(%(patterns)s::text[])
"""

ORGANISATIONS = """
SELECT id FROM organisation
WHERE id = ANY(%(ids)s::bigint[]) OR uuid = ANY(%(uuids)s::uuid[])
    OR lower(name) = ANY(%(folded)s::text[]) AND (%(any_case)s OR name = ANY(%(names)s::text[]))
"""

COMMON = 50_000
"""Attributes with a value of a column, from which on nearly every event has one."""
MANY = """
SELECT count(*) = {many} FROM (SELECT 1 FROM attribute WHERE {column} = ANY(%(values)s::text[]) LIMIT {many}) found
"""

EVENTS = "SELECT id FROM event WHERE uuid = ANY(%(uuids)s::uuid[])"


def tag_ids(items: Sequence[str]) -> list[int]:
    """Ids of tags by id, name (case-sensitive) or name with a trailing or leading `%`."""
    names, patterns = split_items(tuple(items))
    parameters = {
        "ids": ids_in(names),
        "names": names,
        "folded": [name.lower() for name in names],
        "patterns": patterns,
    }
    return [row[0] for row in cursor().execute(TAGS, parameters).fetchall()]


def organisation_ids(items: Sequence[str], *, any_case: bool = False) -> list[int]:
    """Ids of organisations by id, uuid or name. In MISP names are case-sensitive in restSearch only."""
    parameters = {
        "ids": ids_in(items),
        "uuids": uuids_in(items),
        "names": list(items),
        "folded": [name.lower() for name in items],
        "any_case": any_case,
    }
    return [row[0] for row in cursor().execute(ORGANISATIONS, parameters).fetchall()]


def event_ids(items: Sequence[str]) -> list[int]:
    ids, uuids = ids_in(items), uuids_in(items)
    if uuids:
        ids += [row[0] for row in cursor().execute(EVENTS, {"uuids": uuids}).fetchall()]
    return ids


def is_common(column: str, values: Sequence[str]) -> bool:
    """Whether so many attributes have one of `values` in `column` (type, category or object_relation: its index is
    read) that asking each event for one is faster than listing them.
    """
    sql = MANY.format(column=column, many=COMMON)
    row = cursor().execute(sql, {"values": list(values)}).fetchone()
    return bool(row and row[0])


def ids_in(items: Sequence[str]) -> list[int]:
    # At most a bigint: more digits would fail the whole statement.
    return [int(item) for item in items if is_id(item)]


def uuids_in(items: Sequence[str]) -> list[str]:
    return [item for item in items if UUID.fullmatch(item.lower())]
