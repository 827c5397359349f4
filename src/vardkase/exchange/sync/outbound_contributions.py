"""Outbound data other than events: clusters, sightings, proposals, analyst data.

Everything is chosen as the reader at the other end (`candidates.reader_of`) may read it, within the connection's
limits: so none of it reveals an event, or a part of one, that stays here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from vardkase.core.sql import array_of, cursor
from vardkase.exchange.sync.candidates import as_list
from vardkase.exchange.sync.inbound import Document
from vardkase.formats.misp_json.proposals import proposal_rows
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.connection_scope import COMMUNITY, ConnectionScope, event_passes
from vardkase.identity.access.event_times import event_published, event_times
from vardkase.identity.access.visibility import (
    analyst_data_predicate,
    cluster_predicate,
    collection_predicate,
    event_predicate,
    proposal_predicate,
    reader_parameters,
)
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.queries.cluster_scores import galaxy_tags_of
from vardkase.intel.sightings.queries import readable_sightings
from vardkase.misp.distribution import Distribution


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposals for one event, by id, and the event as a thing whose version changes with any of them."""

    event: OutgoingItem
    ids: list[int]


@dataclass(frozen=True, slots=True)
class OutgoingItem:
    """An object to send: its id and uuid here, and the version that the other side compares."""

    id: int
    uuid: str
    version: str


def clusters(
    reader: Actor, *, event_ids: Sequence[int] | None = None, cluster_id: int | None = None
) -> list[OutgoingItem]:
    tags = None
    if event_ids is not None:
        tags = [name.lower() for event_id in event_ids for name in galaxy_tags_of(reader, event_id)]
    return _things(CLUSTERS, cluster_predicate(reader), reader, tags=tags, cluster=cluster_id)


def sightings(reader: Actor, event_id: int) -> list[OutgoingItem]:
    """The sightings of an event's attributes that the sighting policy shows to the reader."""
    readable = readable_sightings(reader)
    sql = SIGHTINGS.format(source=readable.source, visible=readable.condition)
    rows = cursor().execute(sql, {**readable.parameters, "event": event_id}).fetchall()
    return [OutgoingItem(number, uuid, "") for number, uuid in rows]


def spoken_of(event_ids: Sequence[int]) -> list[int]:
    return [row[0] for row in cursor().execute(SPOKEN_OF, {"events": list(event_ids)}).fetchall()]


def sighted_events(reader: Actor, known: Mapping[str, int]) -> dict[str, int]:
    """Uuid → id of the events sighted since the time (Unix seconds) in `known`."""
    sql = SIGHTED_EVENTS.format(visible=event_predicate(reader), **event_times(reader))
    parameters = {"uuids": array_of(known), "moments": list(known.values()), **reader_parameters(reader)}
    return {uuid: number for number, uuid in cursor().execute(sql, parameters).fetchall()}


def proposals(reader: Actor, known: Iterable[str]) -> list[Proposed]:
    """The proposals for the events that the other side has.

    They also go back to where the event comes from, however far its distribution has been reduced here; a
    proposal for an attribute then requires that the attribute reaches this hub's members.
    """
    sql = PROPOSALS.format(
        published=event_published(reader),
        visible=event_predicate(reader),
        passes=event_passes(reader.connection_scope, "e"),
        readable=proposal_predicate(reader),
        readable_at_origin=proposal_predicate(_reached(reader, *COMMUNITY)),
    )
    parameters = {"uuids": array_of(known), **reader_parameters(reader)}
    rows = cursor().execute(sql, parameters).fetchall()
    return [Proposed(OutgoingItem(number, uuid, version), ids) for number, uuid, version, ids in rows]


def proposal_documents(reader: Actor, ids: Sequence[int]) -> list[Document]:
    """The ``ShadowAttribute`` of each given proposal, with attachments, as events/pushProposals accepts it."""
    rows = proposal_rows(_reached(reader, Distribution.ORGANISATION, *COMMUNITY), ids)
    found = [msgspec.json.decode(row)["ShadowAttribute"] for row in rows]
    creators = dict(cursor().execute(CREATORS, (list(ids),)).fetchall())
    return [document | {"event_org_id": creators[document["id"]], "email": ""} for document in found]


def _reached(reader: Actor, *distributions: Distribution) -> Actor:
    connection_scope = replace(reader.connection_scope or ConnectionScope(), distributions=distributions)
    return replace(reader, connection_scope=connection_scope)


def analyst_data(
    reader: Actor, *, event_ids: Sequence[int] | None = None
) -> dict[AnalystDataKind, list[OutgoingItem]]:
    """Analyst data: all, or that of some events, their parts, and the analyst data on it."""
    sql = (ANALYST_DATA if event_ids is None else ANALYST_DATA_OF_EVENTS).format(
        visible=analyst_data_predicate(reader)
    )
    found: dict[AnalystDataKind, list[OutgoingItem]] = {kind: [] for kind in AnalystDataKind}
    parameters = reader_parameters(reader) | {"events": as_list(event_ids)}
    for kind, *columns in cursor().execute(sql, parameters).fetchall():
        found[AnalystDataKind(kind)].append(OutgoingItem(*columns))
    return found


def collections(reader: Actor) -> list[OutgoingItem]:
    return _things(COLLECTIONS, collection_predicate(reader), reader)


def _things(sql: str, visible: str, reader: Actor, **parameters: Any) -> list[OutgoingItem]:
    rows = cursor().execute(sql.format(visible=visible), reader_parameters(reader) | parameters).fetchall()
    return [OutgoingItem(*row) for row in rows]


# An organisation may read what it owns in any sharing group; the group still has to reach the other instance.
IN_REACH = """{0}.distribution <> 0
    AND ({0}.distribution <> 4 OR {0}.sharing_group_id = ANY(%(reader_groups)s))""".format

CLUSTERS = f"""
SELECT c.id, c.uuid::text, c.version::text FROM galaxy_cluster c
WHERE NOT c."default" AND c.published AND {IN_REACH("c")} AND {{visible}}
    AND (%(tags)s::text[] IS NULL OR lower(c.tag_name) = ANY(%(tags)s::text[]))
    AND (%(cluster)s::bigint IS NULL OR c.id = %(cluster)s)
ORDER BY c.id
"""

# Only these are asked about: where nobody has contributed, there is nothing to send.
SPOKEN_OF = """
SELECT e.id FROM event e WHERE e.id = ANY(%(events)s) AND (
    EXISTS (SELECT 1 FROM sighting s WHERE s.event_id = e.id)
    OR EXISTS (SELECT 1 FROM proposal s WHERE s.event_id = e.id))
"""

SIGHTINGS = """
SELECT s.id, s.uuid::text {source} WHERE s.event_id = %(event)s AND {visible} ORDER BY s.id
"""

SIGHTED_EVENTS = """
SELECT e.id, e.uuid::text
FROM unnest(%(uuids)s::uuid[], %(moments)s::bigint[]) AS known (uuid, moment) JOIN event e ON e.uuid = known.uuid
WHERE {sighting_timestamp} > known.moment AND {published} AND e.distribution <> 0 AND {visible}
ORDER BY e.id
"""

PROPOSALS = """
SELECT e.id, e.uuid::text, max(s.timestamp)::text || '/' || count(*), array_agg(s.id ORDER BY s.id)
FROM proposal s JOIN event e ON e.id = s.event_id LEFT JOIN attribute a ON a.id = s.attribute_id
WHERE e.uuid = ANY(%(uuids)s::uuid[]) AND {published} AND (
    e.distribution <> 0 AND {visible} AND {readable}
    OR e.locked AND e.orgc_id = %(reader_org)s AND {passes} AND {readable_at_origin})
GROUP BY e.id, e.uuid ORDER BY e.id
"""

# MISP has a column for each without a default: it answers 500 where one is missing.
CREATORS = """
SELECT s.id::text, e.orgc_id::text FROM proposal s JOIN event e ON e.id = s.event_id WHERE s.id = ANY(%s)
"""

ANALYST_COLUMNS = """
SELECT n.kind, n.id, n.uuid::text, to_char(n.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
FROM analyst_data n"""

ANALYST_DATA = f"{ANALYST_COLUMNS} WHERE {IN_REACH('n')} AND {{visible}} ORDER BY n.id"

# Recursive, as analyst data may be about analyst data.
ANALYST_DATA_OF_EVENTS = f"""
WITH RECURSIVE said AS (
    SELECT m.uuid FROM analyst_data m
    WHERE EXISTS (SELECT 1 FROM event part WHERE part.uuid = m.object_uuid AND part.id = ANY(%(events)s))
        OR EXISTS (SELECT 1 FROM attribute part WHERE part.uuid = m.object_uuid AND part.event_id = ANY(%(events)s))
        OR EXISTS (SELECT 1 FROM object part WHERE part.uuid = m.object_uuid AND part.event_id = ANY(%(events)s))
        OR EXISTS (SELECT 1 FROM event_report part WHERE part.uuid = m.object_uuid AND part.event_id = ANY(%(events)s))
    UNION SELECT m.uuid FROM said JOIN analyst_data m ON m.object_uuid = said.uuid
)
{ANALYST_COLUMNS} JOIN said ON said.uuid = n.uuid
WHERE {IN_REACH("n")} AND {{visible}} ORDER BY n.id
"""

COLLECTIONS = f"""
SELECT c.id, c.uuid::text, to_char(c.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
FROM collection c WHERE {IN_REACH("c")} AND {{visible}} ORDER BY c.id
"""
