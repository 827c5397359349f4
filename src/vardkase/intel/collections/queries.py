"""Queries for collections, as far as the actor may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery, array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    collection_predicate,
    event_predicate,
    numbers_written_in,
    reader_parameters,
)
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.intel.problems import CollectionProblem
from vardkase.intel.queries.find import Reference, matches
from vardkase.misp.fields import UUID as UUID_FORM

CONTEXTS = {
    "my_collections": "c.user_id = %(user)s AND c.orgc_id = %(reader_org)s",
    "org_collections": "c.orgc_id = %(reader_org)s",
}
"""MISP's narrower lists."""


def visible_collections(actor: Actor) -> QuerySet[Collection]:
    sql = f"SELECT c.id FROM collection c WHERE {numbers_written_in(collection_predicate(actor), actor)}"
    readable = RawSQL(sql, ())  # noqa: S611 - numbers of the actor are all that is written into it
    return Collection.objects.filter(pk__in=readable).select_related("orgc", "sharing_group")


def readable_events(actor: Actor, uuids: Sequence[UUID]) -> dict[str, tuple[int, str]]:
    """Number and title of each event that the actor may read, by uuid."""
    sql = f"SELECT e.uuid::text, e.id, e.info FROM event e WHERE e.uuid = ANY(%(uuids)s) AND {event_predicate(actor)}"
    rows = cursor().execute(sql, reader_parameters(actor) | {"uuids": list(uuids)})
    return {uuid: (number, title) for uuid, number, title in rows}


def find_collection(actor: Actor, reference: Reference) -> Collection:
    row = (
        cursor()
        .execute(
            f"SELECT c.id FROM collection c WHERE {matches('c', reference)} AND {collection_predicate(actor)}",
            reader_parameters(actor) | {"reference": reference},
        )
        .fetchone()
    )
    if row is None:
        raise NotFound(CollectionProblem.NOT_FOUND())
    return Collection.objects.get(pk=row[0])


def find_element(actor: Actor, reference: Reference) -> CollectionElement:
    row = (
        cursor()
        .execute(
            f"SELECT p.id FROM collection_element p JOIN collection c ON c.id = p.collection_id "
            f"WHERE {matches('p', reference)} AND {collection_predicate(actor)}",
            reader_parameters(actor) | {"reference": reference},
        )
        .fetchone()
    )
    if row is None:
        raise NotFound(CollectionProblem.ELEMENT_NOT_FOUND())
    return CollectionElement.objects.select_related("collection").get(pk=row[0])


def collections_query(actor: Actor, filters: Mapping[str, Any], context: str = "") -> SqlQuery:
    """The ids of the readable collections, oldest first.

    `filters`: ``name`` and ``quickFilter`` are substrings, ``uuid``, ``type`` and ``element_uuid`` texts or
    lists.
    """
    conditions = [collection_predicate(actor)]
    parameters: dict[str, Any] = reader_parameters(actor) | {"user": actor.user_id or 0}
    if context in CONTEXTS:
        conditions.append(CONTEXTS[context])
    for key, columns in (("name", ("name",)), ("quickFilter", ("name", "description"))):
        if wanted := _texts(filters.get(key)):
            # strpos and not LIKE: "%" and "_" in what the user typed stand for themselves.
            found = " OR ".join(f"strpos(lower(c.{column}), lower(%({key})s)) > 0" for column in columns)
            conditions.append(f"({found})")
            parameters[key] = wanted[0]
    if wanted := _texts(filters.get("type")):
        conditions.append("c.type = ANY(%(type)s)")
        parameters["type"] = wanted
    for key, sql in (("uuid", "c.uuid = ANY(%(uuid)s::uuid[])"), ("element_uuid", HOLDS)):
        if wanted := _texts(filters.get(key)):
            conditions.append(sql)
            parameters[key] = [text.lower() for text in wanted if UUID_FORM.fullmatch(text.lower())]
    return SqlQuery(
        f"SELECT c.id FROM collection c WHERE {' AND '.join(conditions)} ORDER BY c.id", parameters
    )


def elements_query(actor: Actor, reference: Reference) -> SqlQuery:
    collection = find_collection(actor, reference)
    sql = "SELECT p.id FROM collection_element p WHERE p.collection_id = %(collection)s ORDER BY p.id"
    return SqlQuery(sql, {"collection": collection.pk})


def minimal_collections(actor: Actor, creators: Sequence[str] = ()) -> Iterable[tuple[str, str]]:
    """Uuid and modification time of all readable collections; a "!" prefix excludes a creator."""
    wanted = [name.lower() for name in creators if not name.startswith("!")]
    unwanted = [name[1:].lower() for name in creators if name.startswith("!")]
    conditions = [collection_predicate(actor)]
    if wanted:
        conditions.append("lower(orgc.name) = ANY(%(wanted)s)")
    if unwanted:
        conditions.append("lower(orgc.name) <> ALL(%(unwanted)s)")
    return cursor().execute(
        f"SELECT c.uuid::text, to_char(c.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
        f"FROM collection c JOIN organisation orgc ON orgc.id = c.orgc_id "
        f"WHERE {' AND '.join(conditions)} ORDER BY c.id",
        reader_parameters(actor) | {"wanted": wanted, "unwanted": unwanted},
    )


def stored_collections(actor: Actor, uuids: Iterable[str]) -> dict[str, tuple[str, bool]]:
    sql = VERSIONS.format(visible=collection_predicate(actor))
    rows = cursor().execute(sql, {"uuids": array_of(uuids), **reader_parameters(actor)})
    return {uuid: (modified, locked) for uuid, modified, locked in rows}


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [str(text) for text in listed if isinstance(text, str | int) and text != ""]


HOLDS = (
    "EXISTS (SELECT 1 FROM collection_element p WHERE p.collection_id = c.id "
    "AND p.element_uuid = ANY(%(element_uuid)s::uuid[]))"
)

VERSIONS = """
SELECT c.uuid::text, to_char(c.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), c.locked
FROM collection c WHERE c.uuid = ANY(%(uuids)s::uuid[]) AND {visible}
"""
