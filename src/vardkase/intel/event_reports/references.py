"""What the references in a report stand for, as far as a reader may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    galaxy_predicate,
    object_predicate,
    reader_parameters,
)
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.cluster_scores import galaxy_tags_of
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.misp.report_references import BY_UUID, ReportReference, references
from vardkase.misp.tlp import strictest_label

MOST_REFERENCES = 2_000
"""Of one report that are looked up; the others stay text."""
MOST_VALUES = 50
"""Of one object that are shown."""
MOST_OBJECT_VALUES = 20_000
"""Of all objects together; each object gets as many as the others."""
MOST_CLUSTERS = 2_000
"""Of all galaxies together that are shown."""
LONGEST_VALUE = 2_000
"""Characters of a value that are read; one that is cut ends with an ellipsis and is longer than this."""
ATTACHMENT = "attachment"


class ReferencedAttribute(NamedTuple):
    id: int
    event_id: int
    uuid: UUID
    type: str
    value: str
    to_ids: bool
    has_file: bool

    @property
    def is_file(self) -> bool:
        return self.has_file and self.type == ATTACHMENT


class ObjectValue(NamedTuple):
    relation: str
    type: str
    value: str
    to_ids: bool


@dataclass(frozen=True, slots=True)
class ReferencedObject:
    """`values` are at most MOST_VALUES of those that the reader may read."""

    id: int
    event_id: int
    uuid: UUID
    name: str
    values: list[ObjectValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReferencedGalaxy:
    """A galaxy with those of its clusters that are on the event and its attributes: tag and name."""

    uuid: UUID
    name: str
    type: str
    clusters: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ResolvedReferences:
    """What a reader may read of what a report refers to, by uuid; what is missing is hidden, deleted or unknown."""

    event_id: int
    attributes: dict[str, ReferencedAttribute] = field(default_factory=dict)
    objects: dict[str, ReferencedObject] = field(default_factory=dict)
    galaxies: dict[str, ReferencedGalaxy] = field(default_factory=dict)
    cluster_names: dict[str, str] = field(default_factory=dict)
    """Names of clusters, by tag: those that organisations made have a UUID in their tags."""

    def of(
        self, reference: ReportReference
    ) -> ReferencedAttribute | ReferencedObject | ReferencedGalaxy | None:
        match reference.kind:
            case "attribute":
                return self.attributes.get(reference.target)
            case "object":
                return self.objects.get(reference.target)
            case "galaxymatrix":
                return self.galaxies.get(reference.target)
        return None


def resolve_references(actor: Actor, event: EventRow, content: str) -> ResolvedReferences:
    """Look up what `content`, a text of `event`, refers to: parts of the event and of those that it extends or
    that extend it."""
    found = ResolvedReferences(event.id)
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for reference in islice(references(content), MOST_REFERENCES):
        if reference.kind in BY_UUID or reference.kind == "tag":
            wanted[reference.kind].add(reference.target)
    parameters = {
        "event": event.id,
        "uuid": event.uuid,
        "extends": event.extends_uuid,
        **reader_parameters(actor),
    }
    if uuids := wanted["attribute"]:
        sql = ATTRIBUTES.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
        rows = map(ReferencedAttribute._make, _rows(sql, parameters, uuids))
        found.attributes.update((str(row.uuid), row) for row in rows)
    if uuids := wanted["object"]:
        sql = OBJECTS.format(event=event_predicate(actor), object=object_predicate(actor, "o"))
        shown = {row[0]: ReferencedObject(*row) for row in _rows(sql, parameters, uuids)}
        sql = VALUES.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
        for object_id, *value in _rows(sql, parameters, shown):
            shown[object_id].values.append(ObjectValue(*value))
        # As everywhere else, an object is there for those who may read something in it.
        found.objects.update((str(row.uuid), row) for row in shown.values() if row.values)
    if uuids := wanted["galaxymatrix"]:
        sql = GALAXIES.format(galaxy=galaxy_predicate(actor))
        found.galaxies.update((str(row[0]), ReferencedGalaxy(*row)) for row in _rows(sql, parameters, uuids))
        _add_clusters(actor, event, found.galaxies)
    if tags := [tag for tag in wanted["tag"] if tag.startswith("misp-galaxy:")]:
        clusters = visible_clusters(actor).filter(tag_name__in=tags, deleted=False)
        found.cluster_names.update(clusters.values_list("tag_name", "value"))
    return found


def marking_of(actor: Actor, resolved: ResolvedReferences, report_id: int) -> str:
    """The strictest TLP label among those of the event, the report and what it refers to; empty if none has one."""
    attributes = list(resolved.attributes.values())
    events = {resolved.event_id, *(row.event_id for row in attributes)}
    events |= {row.event_id for row in resolved.objects.values()}
    parameters = {
        "events": sorted(events),
        "attributes": [row.id for row in attributes],
        "objects": [row.id for row in resolved.objects.values()],
        "report": report_id,
        **reader_parameters(actor),
    }
    sql = TLP_TAGS.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    return strictest_label(row[0] for row in cursor().execute(sql, parameters).fetchall())


def _add_clusters(actor: Actor, event: EventRow, galaxies: dict[str, ReferencedGalaxy]) -> None:
    names = galaxy_tags_of(actor, event.id)
    clusters = visible_clusters(actor).filter(
        galaxy__uuid__in=list(galaxies), tag_name__in=names, deleted=False
    )
    rows = clusters.order_by("value").values_list("galaxy__uuid", "tag_name", "value")
    for uuid, tag, value in rows[:MOST_CLUSTERS]:
        galaxies[str(uuid)].clusters.append((tag, value))


def _rows(sql: str, parameters: dict[str, Any], wanted: Iterable[object]) -> Sequence[tuple[Any, ...]]:
    return cursor().execute(sql, {**parameters, "wanted": list(wanted)}).fetchall()


# Of the report's event, or one that it extends or that extends it, as MISP's extended view shows.
RELATED = "(e.id = %(event)s OR e.uuid = %(extends)s::uuid OR e.extends_uuid = %(uuid)s::uuid)"

VALUE = f"""left(concat_ws('|', a.value1, a.value2), {LONGEST_VALUE})
|| CASE WHEN length(concat_ws('|', a.value1, a.value2)) > {LONGEST_VALUE} THEN ' …' ELSE '' END"""

ATTRIBUTES = f"""
SELECT a.id, a.event_id, a.uuid, a.type, {VALUE}, a.to_ids, a.data_sha256 IS NOT NULL
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.uuid = ANY(%(wanted)s::uuid[]) AND NOT a.deleted AND {RELATED} AND {{event}} AND {{attribute}}
"""

OBJECTS = f"""
SELECT o.id, o.event_id, o.uuid, o.name FROM object o JOIN event e ON e.id = o.event_id
WHERE o.uuid = ANY(%(wanted)s::uuid[]) AND NOT o.deleted AND {RELATED} AND {{event}} AND {{object}}
"""

VALUES = f"""
SELECT object_id, relation, type, value, to_ids FROM (
    SELECT a.object_id, a.id, coalesce(a.object_relation, a.type) AS relation, a.type,
           {VALUE} AS value, a.to_ids,
           row_number() OVER (PARTITION BY a.object_id ORDER BY a.id) AS place
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.object_id = ANY(%(wanted)s::bigint[]) AND NOT a.deleted AND {{event}} AND {{attribute}}
) numbered WHERE place <= {MOST_VALUES} ORDER BY place, object_id LIMIT {MOST_OBJECT_VALUES}
"""

GALAXIES = """
SELECT g.uuid, g.name, g.type FROM galaxy g WHERE g.uuid = ANY(%(wanted)s::uuid[]) AND {galaxy}
"""

TLP_TAGS = """
SELECT t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = ANY(%(events)s::bigint[]) AND t.name ILIKE 'tlp:%%'
UNION
SELECT t.name FROM event_report_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_report_id = %(report)s AND t.name ILIKE 'tlp:%%'
UNION
SELECT t.name FROM attribute a JOIN event e ON e.id = a.event_id
JOIN attribute_tag l ON l.attribute_id = a.id JOIN tag t ON t.id = l.tag_id
WHERE (a.id = ANY(%(attributes)s::bigint[]) OR a.object_id = ANY(%(objects)s::bigint[]))
AND NOT a.deleted AND t.name ILIKE 'tlp:%%' AND {event} AND {attribute}
"""
