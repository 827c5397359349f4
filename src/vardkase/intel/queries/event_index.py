"""Rows of the event index: one query per kind for a page of events, none per event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_arrival, event_times, proposals_are_waiting
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.queries.attribute_counts import visible_attribute_count
from vardkase.knowledge.taxonomies.colours import COLOUR_SEEN, SEEN_BY


@dataclass(frozen=True, slots=True)
class IndexOrganisation:
    id: int
    name: str
    uuid: str


@dataclass(frozen=True, slots=True)
class IndexTag:
    id: int
    tag_id: int
    local: bool
    relationship_type: str
    name: str
    colour: str
    is_galaxy: bool


@dataclass(frozen=True, slots=True)
class IndexRow:
    id: int
    org_id: int
    date: str
    info: str
    uuid: str
    published: bool
    analysis: int
    attribute_count: int
    orgc_id: int
    timestamp: int
    distribution: int
    sharing_group_id: int
    proposal_email_lock: bool
    locked: bool
    threat_level_id: int
    publish_timestamp: int
    sighting_timestamp: int
    disable_correlation: bool
    extends_uuid: str
    protected: bool | None
    arrived: int
    """Unix seconds, as `event_arrival`."""
    org: IndexOrganisation
    orgc: IndexOrganisation
    sharing_group: IndexOrganisation | None
    tags: list[IndexTag] = field(default_factory=list)


def index_rows(actor: Actor, event_ids: Sequence[int]) -> list[IndexRow]:
    parameters = reader_parameters(actor) | {"ids": list(event_ids)}
    sql = ROWS.format(
        visible=event_predicate(actor),
        attribute_count=visible_attribute_count(actor),
        **event_times(actor),
        arrived=event_arrival(actor),
        proposals_are_waiting=proposals_are_waiting(actor),
    )
    rows = []
    for row in cursor().execute(sql, parameters):
        own, org, orgc, group = row[:21], row[21:24], row[24:27], row[27:]
        sharing_group = IndexOrganisation(*group) if group[0] is not None else None
        columns = (*own, IndexOrganisation(*org), IndexOrganisation(*orgc), sharing_group)
        rows.append(IndexRow(*columns))
    by_id = {row.id: row for row in rows}
    # Only of the events that the reader may see: fewer, perhaps, than `event_ids`.
    for event_id, *tag in cursor().execute(TAGS, {**parameters, "ids": list(by_id)}):
        by_id[event_id].tags.append(IndexTag(*tag))
    return rows


# In the order of the ids: `= ANY` would return the rows in any.
ROWS = """
SELECT e.id, e.org_id, e.date::text, e.info, e.uuid::text, {published}, e.analysis, {attribute_count},
       e.orgc_id, {timestamp}, e.distribution, coalesce(e.sharing_group_id, 0), {proposals_are_waiting},
       e.locked, e.threat_level_id, {publish_timestamp}, {sighting_timestamp}, e.disable_correlation,
       coalesce(e.extends_uuid::text, ''), e.protected, {arrived},
       org.id, org.name, org.uuid::text, orgc.id, orgc.name, orgc.uuid::text, g.id, g.name, g.uuid::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN event e ON e.id = chosen.id
JOIN organisation org ON org.id = e.org_id
JOIN organisation orgc ON orgc.id = e.orgc_id
LEFT JOIN sharing_group g ON g.id = e.sharing_group_id AND e.distribution = 4
WHERE {visible}
ORDER BY chosen.place
"""

TAGS = f"""
SELECT et.event_id, et.id, et.tag_id, et.local, et.relationship_type, t.name, {COLOUR_SEEN.format(tag="t")}, t.is_galaxy
FROM event_tag et JOIN tag t ON t.id = et.tag_id {SEEN_BY.format(tag="t")}
WHERE et.event_id = ANY(%(ids)s) AND t.exportable
ORDER BY et.event_id, et.id
"""
