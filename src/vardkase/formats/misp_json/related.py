"""Correlations in MISP's format: RelatedEvent and RelatedAttribute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Raw

from vardkase.analysis.correlation.queries import (
    Pair,
    correlations_of_attributes,
    correlations_of_values,
    related_events,
)
from vardkase.analysis.correlation.settings import MAX_CORRELATIONS
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.columns import value, wire
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_times
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.models import Attribute, Event


def related_event_blocks(actor: Actor, event_id: int) -> list[dict[str, Any]]:
    ids = [related.event_id for related in related_events(actor, event_id)]
    if not ids:
        return []
    sql = RELATED_EVENTS.format(visible=event_predicate(actor), **event_times(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"ids": ids}).fetchall()
    return [
        {
            "Event": {
                **dict(zip(EVENT_MEMBERS, row, strict=False)),
                "Org": {"id": row[9], "name": row[11], "uuid": row[12]},
                "Orgc": {"id": row[10], "name": row[13], "uuid": row[14]},
            }
        }
        for row in rows
    ]


def related_attributes(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    pairs = correlations_of_attributes(actor, attribute_ids).pairs
    return _related(actor, pairs, RELATED_ATTRIBUTES, _related_attribute)


def related_to_values(
    actor: Actor, event_id: int, values: Sequence[tuple[str, str, str | None]]
) -> dict[int, Raw]:
    pairs = correlations_of_values(actor, event_id, values)
    return _related(actor, pairs, RELATED_ATTRIBUTES, _related_attribute)


def listed_related_attributes(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    pairs = correlations_of_attributes(actor, attribute_ids).pairs
    return _related(actor, pairs, LISTED_RELATED_ATTRIBUTES, _listed_related_attribute)


def _related(
    actor: Actor, pairs: Sequence[Pair], sql: str, shape: Callable[[tuple[Any, ...]], dict[str, Any]]
) -> dict[int, Raw]:
    if not pairs:
        return {}
    pairs = pairs[: MAX_CORRELATIONS.value]
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)}"
    parameters = reader_parameters(actor) | {"ids": list({pair.related_id for pair in pairs})}
    rows = (
        cursor()
        .execute(sql.format(value=value("a"), visible=visible, **event_times(actor)), parameters)
        .fetchall()
    )
    blocks = {int(row[0]): shape(row) for row in rows}
    found: dict[int, list[dict[str, Any]]] = {}
    for pair in pairs:
        if block := blocks.get(pair.related_id):
            found.setdefault(pair.attribute_id, []).append(block)
    return {attribute_id: Raw(encoder.encode(related)) for attribute_id, related in found.items()}


def _related_attribute(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(RELATED_MEMBERS, row, strict=True))


def _listed_related_attribute(row: tuple[Any, ...]) -> dict[str, Any]:
    own = len(LISTED_RELATED_MEMBERS)
    attribute: dict[str, Any] = dict(zip(LISTED_RELATED_MEMBERS, row[:own], strict=True))
    return attribute | {"Event": dict(zip(RELATED_EVENT_MEMBERS, row[own:], strict=True))}


EVENT_MEMBERS = (
    "id", "date", "threat_level_id", "info", "published", "uuid", "analysis", "timestamp", "distribution",
    "org_id", "orgc_id",
)  # fmt: skip

RELATED_EVENTS = f"""
SELECT {wire(Event, "e", EVENT_MEMBERS, published="{published}", timestamp="({timestamp})::text")},
       org.name, org.uuid::text, orgc.name, orgc.uuid::text
FROM event e JOIN organisation org ON org.id = e.org_id JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.id = ANY(%(ids)s) AND {{visible}}
ORDER BY e.date DESC, e.id DESC
"""

RELATED_MEMBERS = ("id", "value", "org_id", "info", "event_id")

RELATED_ATTRIBUTES = """
SELECT a.id::text, {value}, e.org_id::text, e.info, a.event_id::text
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id = ANY(%(ids)s) AND {visible}
"""

LISTED_RELATED_MEMBERS = (
    "id", "event_id", "object_id", "object_relation", "category", "type", "uuid", "timestamp", "distribution",
    "sharing_group_id", "to_ids", "comment", "value",
)  # fmt: skip

RELATED_EVENT_MEMBERS = (
    "id", "uuid", "threat_level_id", "analysis", "info", "extends_uuid", "distribution", "sharing_group_id",
    "published", "date", "orgc_id", "org_id",
)  # fmt: skip

LISTED_RELATED_ATTRIBUTES = f"""
SELECT {wire(Attribute, "a", LISTED_RELATED_MEMBERS)},
       {wire(Event, "e", RELATED_EVENT_MEMBERS, published="{published}")}
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id = ANY(%(ids)s) AND {{visible}}
"""
