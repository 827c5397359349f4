"""Queries for notes, opinions and relationships, as far as the actor may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery, array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import analyst_data_predicate, reader_parameters
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.problems import AnalystDataProblem
from vardkase.intel.queries.find import Reference, matches
from vardkase.misp.fields import UUID

EXACT = {
    "uuid": "n.uuid::text",
    "object_uuid": "n.object_uuid::text",
    "related_object_uuid": "n.related_object_uuid::text",
    "org_uuid": "(SELECT uuid::text FROM organisation WHERE id = n.org_id)",
    "orgc_uuid": "(SELECT uuid::text FROM organisation WHERE id = n.orgc_id)",
    "object_type": "n.object_type",
    "related_object_type": "n.related_object_type",
    "relationship_type": "n.relationship_type",
    "authors": "n.authors",
    "language": "n.language",
}
"""What a list may be narrowed by: the member on the wire → SQL that gives it."""

INDEXED = {"uuid": "n.uuid", "object_uuid": "n.object_uuid", "related_object_uuid": "n.related_object_uuid"}
"""Those of them that an index finds."""


@dataclass(frozen=True, slots=True)
class FoundAnalystData:
    id: int
    uuid: str
    kind: int
    orgc_id: int


NOT_FOUND = {
    None: AnalystDataProblem.NOT_FOUND,
    AnalystDataKind.NOTE: AnalystDataProblem.NOTE_NOT_FOUND,
    AnalystDataKind.OPINION: AnalystDataProblem.OPINION_NOT_FOUND,
    AnalystDataKind.RELATIONSHIP: AnalystDataProblem.RELATIONSHIP_NOT_FOUND,
}


def find_analyst_data(actor: Actor, kind: AnalystDataKind | None, reference: Reference) -> FoundAnalystData:
    of_kind = "TRUE" if kind is None else f"n.kind = {kind.value}"
    row = (
        cursor()
        .execute(
            f"SELECT n.id, n.uuid::text, n.kind, n.orgc_id FROM analyst_data n WHERE {matches('n', reference)} "
            f"AND {of_kind} AND {analyst_data_predicate(actor)}",
            reader_parameters(actor) | {"reference": reference},
        )
        .fetchone()
    )
    if row is None:
        raise NotFound(NOT_FOUND[kind]())
    return FoundAnalystData(*row)


def analyst_data_query(actor: Actor, kind: AnalystDataKind, filters: Mapping[str, Any]) -> SqlQuery:
    """The ids of readable analyst data of a kind, oldest first; each filter is a text or a list of
    alternatives."""
    conditions = [analyst_data_predicate(actor), "n.kind = %(kind)s"]
    parameters: dict[str, Any] = reader_parameters(actor) | {"kind": kind.value}
    for member, sql in EXACT.items():
        if (wanted := filters.get(member)) in (None, ""):
            continue
        texts = [str(value) for value in (wanted if isinstance(wanted, list) else [wanted])]
        if member in INDEXED:
            # A filter that is no UUID matches nothing; as a parameter it would be an error of the database.
            texts = [text.lower() for text in texts if UUID.fullmatch(text.lower())]
            conditions.append(f"{INDEXED[member]} = ANY(%({member})s::uuid[])")
        else:
            conditions.append(f"{sql} = ANY(%({member})s)")
        parameters[member] = texts
    where = " AND ".join(conditions)
    return SqlQuery(f"SELECT n.id FROM analyst_data n WHERE {where} ORDER BY n.id", parameters)


def minimal_index(actor: Actor, creators: Sequence[str] = ()) -> Iterable[tuple[int, str, str]]:
    """Kind, uuid and modification time of all readable analyst data, for a peer to compare.

    `creators` are names of creator organisations; a "!" prefix excludes one.
    """
    wanted = [name.lower() for name in creators if not name.startswith("!")]
    unwanted = [name[1:].lower() for name in creators if name.startswith("!")]
    conditions = [analyst_data_predicate(actor)]
    if wanted:
        conditions.append("lower(orgc.name) = ANY(%(wanted)s)")
    if unwanted:
        conditions.append("lower(orgc.name) <> ALL(%(unwanted)s)")
    return cursor().execute(
        f"SELECT n.kind, n.uuid::text, to_char(n.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
        f"FROM analyst_data n JOIN organisation orgc ON orgc.id = n.orgc_id "
        f"WHERE {' AND '.join(conditions)} ORDER BY n.id",
        reader_parameters(actor) | {"wanted": wanted, "unwanted": unwanted},
    )


def readable_uuids(actor: Actor, uuids: Iterable[str]) -> set[str]:
    rows = cursor().execute(
        f"SELECT n.uuid::text FROM analyst_data n WHERE n.uuid = ANY(%(uuids)s::uuid[]) "
        f"AND {analyst_data_predicate(actor)}",
        reader_parameters(actor) | {"uuids": array_of(uuids)},
    )
    return {row[0] for row in rows}


def stored_versions(uuids: Iterable[str]) -> dict[str, tuple[int, str, bool]]:
    """Uuid → kind, modification time and `locked` of stored analyst data, readable or not."""
    rows = cursor().execute(VERSIONS, (array_of(uuids),))
    return {uuid: (kind, modified, locked) for uuid, kind, modified, locked in rows}


# In the wire's form, which sorts by time: versions are compared as texts.
VERSIONS = """
SELECT uuid::text, kind, to_char(modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), locked
FROM analyst_data WHERE uuid = ANY(%s::uuid[])
"""
