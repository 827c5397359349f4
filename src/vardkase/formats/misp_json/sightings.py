"""Sightings as MISP JSON: on the attributes of documents, and in lists of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType

from vardkase.core.sql import array_of, cursor
from vardkase.formats.misp_json.columns import value
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.structs import encoder, raw_object
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.queries import readable_sightings


class Sighting(Struct, gc=False):
    id: str
    attribute_id: str
    event_id: str
    org_id: str
    date_sighting: str
    uuid: str
    source: str
    type: str
    value: str | UnsetType = UNSET
    attribute_uuid: str | UnsetType = UNSET
    event_uuid: str | UnsetType = UNSET
    Attribute: Raw | UnsetType = UNSET
    Event: Raw | UnsetType = UNSET
    Organisation: Raw | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class SightingOptions:
    """What a list includes besides the sighting itself; `organisation` names the organisation's members
    shown."""

    value: bool = False
    attribute_uuid: bool = False
    event_uuid: bool = False
    attribute: bool = False
    event: bool = False
    organisation: Sequence[str] = ("id", "uuid", "name")


LISTED = SightingOptions(attribute_uuid=True)
"""As in documents and in sightings/index."""

NAMED = SightingOptions(organisation=("name",))
"""As in sightings/listSightings and sightings/view."""

BARE = SightingOptions(organisation=())
"""As in the answer of sightings/add."""


def sightings_of_attributes(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    """Attribute id → its readable ``Sighting`` list; attributes without any are missing."""
    readable = readable_sightings(actor)
    rows = cursor().execute(
        OF_ATTRIBUTES.format(columns=COLUMNS, source=readable.source, visible=readable.condition),
        {**readable.parameters, "ids": array_of(map(str, attribute_ids))},
    )
    return {
        int(attribute_id): Raw(encoder.encode([_sighting(row, LISTED) for row in group]))
        for attribute_id, group in groupby(rows, key=lambda row: row[1])
    }


def sighting_pages(actor: Actor, chosen: Chosen, options: SightingOptions) -> Iterator[list[Sighting]]:
    readable = readable_sightings(actor)
    sql = CHOSEN.format(columns=COLUMNS, source=readable.source, visible=readable.condition)
    for ids in pages_of(chosen):
        rows = cursor().execute(sql, {**readable.parameters, "ids": array_of(map(str, ids))})
        yield [_sighting(row, options) for row in rows]


def sighting_rows(actor: Actor, chosen: Chosen, options: SightingOptions) -> Iterator[bytes]:
    for page in sighting_pages(actor, chosen, options):
        for sighting in page:
            organisation, sighting.Organisation = sighting.Organisation, UNSET
            # In lists of their own, MISP puts the organisation beside the sighting and not in it.
            beside = b"" if organisation is UNSET else b',"Organisation":' + encoder.encode(organisation)
            yield b'{"Sighting":' + encoder.encode(sighting) + beside + b"}"


def _sighting(row: Sequence[Any], options: SightingOptions) -> Sighting:
    found = Sighting(*row[:WIDTH])
    organisation, (attribute_uuid, event_uuid), shown = row[WIDTH:11], row[11:13], row[13]
    members = dict(zip(ORGANISATION_MEMBERS, organisation, strict=True))
    if options.value:
        found.value = shown
    if options.attribute_uuid:
        found.attribute_uuid = attribute_uuid
    if options.event_uuid:
        found.event_uuid = event_uuid
    if options.attribute:
        found.Attribute = raw_object(
            ATTRIBUTE_MEMBERS, (found.attribute_id, attribute_uuid, *row[14:17], shown)
        )
    if options.event:
        event = (found.event_id, event_uuid, *row[17:20], {"name": row[20]})
        found.Event = raw_object(EVENT_MEMBERS, event)
    if options.organisation and members["id"] is not None:
        found.Organisation = raw_object(
            options.organisation, [members[name] for name in options.organisation]
        )
    return found


WIDTH = 8
ORGANISATION_MEMBERS = ("id", "uuid", "name")
ATTRIBUTE_MEMBERS = ("id", "uuid", "type", "category", "to_ids", "value")
EVENT_MEMBERS = ("id", "uuid", "orgc_id", "org_id", "info", "Orgc")

COLUMNS = f"""s.id::text, s.attribute_id::text, s.event_id::text, coalesce(org.id, 0)::text,
    s.date_sighting::text, s.uuid::text, s.source, s.type::text, org.id::text, org.uuid::text, org.name,
    a.uuid::text, e.uuid::text, {value("a")}, a.type, a.category, a.to_ids, e.orgc_id::text, e.org_id::text,
    e.info, orgc.name"""

OF_ATTRIBUTES = """
SELECT {columns} {source} JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE s.attribute_id = ANY(%(ids)s::bigint[]) AND {visible}
ORDER BY s.attribute_id, s.id
"""

CHOSEN = """
SELECT {columns} {source} JOIN organisation orgc ON orgc.id = e.orgc_id
JOIN unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place) ON chosen.id = s.id
WHERE {visible}
ORDER BY chosen.place
"""
