"""Resolves names in filters to ids before the search, so that the number of rows can be estimated."""

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


def ids_in(items: Sequence[str]) -> list[int]:
    # At most a bigint: more digits would fail the whole statement.
    return [int(item) for item in items if is_id(item)]


def uuids_in(items: Sequence[str]) -> list[str]:
    return [item for item in items if UUID.fullmatch(item.lower())]
