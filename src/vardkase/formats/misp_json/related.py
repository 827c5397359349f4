"""What correlates, as the wire names it: RelatedEvent and RelatedAttribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw

from vardkase.analysis.correlation.queries import correlations_of_attributes, related_events
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.columns import value
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters


def related_event_blocks(actor: Actor, event_id: int) -> list[dict[str, Any]]:
    """The RelatedEvent list of an event, newest date first."""
    ids = [related.event_id for related in related_events(actor, event_id)]
    if not ids:
        return []
    sql = RELATED_EVENTS.format(visible=event_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"ids": ids}).fetchall()
    return [{"Event": _event(row)} for row in rows]


def related_attributes(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    """Attribute id → its RelatedAttribute list, for the attributes that correlate."""
    pairs = correlations_of_attributes(actor, attribute_ids).pairs
    if not pairs:
        return {}
    sql = RELATED_ATTRIBUTES.format(
        value=value("a"), event=event_predicate(actor), attribute=attribute_predicate(actor)
    )
    ids = list({pair.related_id for pair in pairs})
    rows = cursor().execute(sql, reader_parameters(actor) | {"ids": ids}).fetchall()
    blocks = {int(row[0]): dict(zip(RELATED_MEMBERS, row, strict=True)) for row in rows}
    found: dict[int, list[dict[str, Any]]] = {}
    for pair in pairs:
        if block := blocks.get(pair.related_id):
            found.setdefault(pair.attribute_id, []).append(block)
    return {attribute_id: Raw(encoder.encode(related)) for attribute_id, related in found.items()}


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    event: dict[str, Any] = dict(zip(EVENT_MEMBERS, row, strict=False))
    event["Org"] = {"id": row[9], "name": row[11], "uuid": row[12]}
    event["Orgc"] = {"id": row[10], "name": row[13], "uuid": row[14]}
    return event


EVENT_MEMBERS = (
    "id", "date", "threat_level_id", "info", "published", "uuid", "analysis", "timestamp", "distribution",
    "org_id", "orgc_id",
)  # fmt: skip

RELATED_EVENTS = """
SELECT e.id::text, e.date::text, e.threat_level_id::text, e.info, e.published, e.uuid::text,
       e.analysis::text, e.timestamp::text, e.distribution::text, e.org_id::text, e.orgc_id::text,
       org.name, org.uuid::text, orgc.name, orgc.uuid::text
FROM event e JOIN organisation org ON org.id = e.org_id JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.id = ANY(%(ids)s) AND {visible}
ORDER BY e.date DESC, e.id DESC
"""

RELATED_MEMBERS = ("id", "value", "org_id", "info", "event_id")

RELATED_ATTRIBUTES = """
SELECT a.id::text, {value}, e.org_id::text, e.info, a.event_id::text
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id = ANY(%(ids)s) AND {event} AND {attribute}
ORDER BY a.id
"""
