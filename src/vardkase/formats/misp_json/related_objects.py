"""Targets of relationships, as far as visible to the reader: ``related_object``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Raw

from vardkase.core.sql import array_of, cursor, from_jsonb
from vardkase.formats.misp_json.columns import LISTED_ATTRIBUTE, OBJECT, REPORT, members_of, wire
from vardkase.formats.misp_json.structs import EventReport, ListedAttribute, Object, encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_times, object_timestamp, proposals_are_waiting
from vardkase.identity.access.visibility import reader_parameters
from vardkase.intel.analyst_data.targets import TargetKey, readable_target
from vardkase.intel.models import Event
from vardkase.intel.queries.attribute_counts import visible_attribute_count
from vardkase.misp.analyst_data import KINDS


@dataclass(frozen=True, slots=True)
class _Source:
    """How to query objects of a type: columns, their wire members, FROM, and the alias with the uuid.

    `jsonb` names the members with jsonb columns.
    """

    columns: str
    members: Sequence[str]
    table: str
    alias: str
    jsonb: Sequence[str] = ()

    def document(self, kind: str, row: Sequence[Any]) -> Raw:
        members = dict(zip(self.members, row, strict=True))
        return Raw(encoder.encode({kind: members | {name: from_jsonb(members[name]) for name in self.jsonb}}))


def related_objects(actor: Actor, things: Iterable[TargetKey]) -> dict[TargetKey, Raw]:
    """``{"Event": {…}}`` for each existing, readable object, with one query per type."""
    wanted: dict[str, list[str]] = {}
    for kind, uuid in set(things):
        wanted.setdefault(kind, []).append(uuid)
    found: dict[TargetKey, Raw] = {}
    for kind, uuids in wanted.items():
        if kind in SOURCES:
            found |= {(kind, uuid): document for uuid, document in _found(actor, kind, uuids)}
    return found


def _found(actor: Actor, kind: str, uuids: list[str]) -> list[tuple[str, Raw]]:
    source = SOURCES[kind]
    columns = source.columns.format(
        attribute_count=visible_attribute_count(actor),
        **event_times(actor),
        object_timestamp=object_timestamp(actor),
        proposals_are_waiting=proposals_are_waiting(actor),
    )
    sql = (
        f"SELECT {source.alias}.uuid::text, {columns} FROM {source.table} "
        f"WHERE {source.alias}.uuid = ANY(%(uuids)s::uuid[]) AND {readable_target(actor, kind)}"
    )
    rows = cursor().execute(sql, reader_parameters(actor) | {"uuids": array_of(uuids)}).fetchall()
    return [(uuid, source.document(kind, row)) for uuid, *row in rows]


EVENT_MEMBERS = (
    "id", "org_id", "date", "info", "user_id", "uuid", "published", "analysis", "attribute_count", "orgc_id",
    "timestamp", "distribution", "sharing_group_id", "proposal_email_lock", "locked", "threat_level_id",
    "publish_timestamp", "sighting_timestamp", "disable_correlation", "extends_uuid", "protected",
)  # fmt: skip
EVENT = wire(
    Event,
    "e",
    EVENT_MEMBERS,
    published="{published}",
    attribute_count="({attribute_count})::text",
    timestamp="({timestamp})::text",
    proposal_email_lock="{proposals_are_waiting}",
    publish_timestamp="({publish_timestamp})::text",
    sighting_timestamp="({sighting_timestamp})::text",
)

SAID_MEMBERS = (
    "id", "uuid", "object_uuid", "object_type", "authors", "created", "modified", "distribution",
    "note", "language", "opinion", "relationship_type", "related_object_uuid", "related_object_type",
)  # fmt: skip
# MISP writes these times in UTC without naming the zone.
SAID = """n.id::text, n.uuid::text, n.object_uuid::text, n.object_type, n.authors,
    to_char(n.created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
    to_char(n.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), n.distribution::text, n.text, n.language,
    n.opinion::text, n.relationship_type, n.related_object_uuid::text, n.related_object_type"""

OBJECT_MEMBERS = Object.__struct_encode_fields__[: len(members_of(Object))]

OF_EVENT = "JOIN event e ON e.id ="

SOURCES = {
    "Event": _Source(EVENT, EVENT_MEMBERS, "event e", "e"),
    "Attribute": _Source(
        LISTED_ATTRIBUTE,
        members_of(ListedAttribute),
        f"attribute a {OF_EVENT} a.event_id",
        "a",
    ),
    "Object": _Source(OBJECT, OBJECT_MEMBERS, f"object o {OF_EVENT} o.event_id", "o"),
    "EventReport": _Source(
        REPORT, members_of(EventReport), f"event_report p {OF_EVENT} p.event_id", "p"
    ),
    "Galaxy": _Source(
        "g.id::text, g.uuid::text, g.name, g.type, g.description, g.version, g.icon, g.namespace",
        ("id", "uuid", "name", "type", "description", "version", "icon", "namespace"),
        "galaxy g",
        "g",
    ),
    "GalaxyCluster": _Source(
        "c.id::text, c.uuid::text, c.type, c.value, c.tag_name, c.description, c.galaxy_id::text, "
        "c.source, c.authors, c.version::text, c.distribution::text, c.published, c.deleted",
        (
            "id", "uuid", "type", "value", "tag_name", "description", "galaxy_id", "source", "authors",
            "version", "distribution", "published", "deleted",
        ),
        "galaxy_cluster c",
        "c",
        jsonb=("authors",),
    ),
    "Organisation": _Source(
        "o.id::text, o.name, o.uuid::text, o.type, o.nationality, o.sector, o.local",
        ("id", "name", "uuid", "type", "nationality", "sector", "local"),
        "organisation o",
        "o",
    ),
    "Collection": _Source(
        "c.id::text, c.uuid::text, c.name, c.type, c.description, c.distribution::text",
        ("id", "uuid", "name", "type", "description", "distribution"),
        "collection c",
        "c",
    ),
    "SharingGroup": _Source(
        "g.id::text, g.name, g.uuid::text, g.releasability, g.description",
        ("id", "name", "uuid", "releasability", "description"),
        "sharing_group g",
        "g",
    ),
    **{kind: _Source(SAID, SAID_MEMBERS, "analyst_data n", "n") for kind in KINDS},
}  # fmt: skip
