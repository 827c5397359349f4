"""Facts about events that rules need, counted in three SQL statements regardless of the number of attributes.

A part reaches whom its event, its object and its own distribution all let it reach. Deleted attributes count:
synchronisation still sends their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched

from vardkase.core.sql import cursor
from vardkase.hub.policy.reach import REACHES, PolicyReach, rank_in_sql
from vardkase.intel.personal_data.kinds import KIND_OF_TYPE

AT_ONCE = 500
"""Events counted at a time."""


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """Parts of an event with the same reach, and their number.

    `groups` are the ids of the sharing groups that limit them, if they are shared with a sharing group.
    """

    reach: PolicyReach
    groups: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class PartKind(PolicyPart):
    """Attributes of one type and category; `unexplained` of them have no comment, nor has their object."""

    type: str
    category: str
    unexplained: int


@dataclass(frozen=True, slots=True)
class TaggedPart(PolicyPart):
    """The event or parts of it that carry a tag. A `local` tag does not leave this hub."""

    name: str
    on_event: bool
    local: bool


@dataclass(frozen=True, slots=True)
class MarkedPart(PolicyPart):
    """Personal data of one kind found in texts; `unexplained` of them have neither an answer nor a comment."""

    kind: str
    unexplained: int


@dataclass(slots=True)
class PublicationFacts:
    event_id: int
    reach: PolicyReach
    groups: tuple[int, ...]
    kinds: list[PartKind] = field(default_factory=list)
    tags: list[TaggedPart] = field(default_factory=list)
    marks: list[MarkedPart] = field(default_factory=list)


def facts_of(event_id: int, as_if: PolicyReach | None = None, group: int | None = None) -> PublicationFacts:
    """One event; with `as_if` as if it had that reach, and sharing group `group`."""
    return next(facts_of_many([event_id], as_if, group))


def facts_of_many(
    event_ids: Sequence[int], as_if: PolicyReach | None = None, group: int | None = None
) -> Iterator[PublicationFacts]:
    for batch in batched(event_ids, AT_ONCE):
        yield from _facts_of_batch(batch, as_if, group)


def _facts_of_batch(
    event_ids: Sequence[int], as_if: PolicyReach | None, group: int | None
) -> Iterator[PublicationFacts]:
    parameters = {
        "events": list(event_ids),
        "as_if": as_if and as_if.rank,
        "group": group,
        "personal_types": list(KIND_OF_TYPE),
    }
    facts: dict[int, PublicationFacts] = {}
    # PostgreSQL returns the parts of the UNION in order: scans of a common table expression that is read
    # more than once, as `wanted` is, rule out a parallel plan.
    for event, name, on_event, local, rank, groups, count in cursor().execute(TAGS, parameters):
        if name is None:  # the first part of TAGS: the event itself, before any of its tags
            facts[event] = PublicationFacts(event, REACHES[rank], tuple(groups))
        else:
            facts[event].tags.append(TaggedPart(REACHES[rank], tuple(groups), count, name, on_event, local))
    for event, type_, category, rank, groups, count, unexplained in cursor().execute(KINDS, parameters):
        facts[event].kinds.append(PartKind(REACHES[rank], tuple(groups), count, type_, category, unexplained))
    for event, kind, rank, groups, count, unexplained in cursor().execute(MARKS, parameters):
        facts[event].marks.append(MarkedPart(REACHES[rank], tuple(groups), count, kind, unexplained))
    return (facts[event] for event in event_ids if event in facts)


WANTED = f"""
wanted AS (
    SELECT id, coalesce(%(as_if)s::int, {rank_in_sql("distribution")}) AS rank,
        CASE WHEN %(as_if)s::int IS NULL THEN CASE WHEN distribution = 4 THEN sharing_group_id END
             ELSE %(group)s::bigint END AS group_id
    FROM event WHERE id = ANY(%(events)s)
)
"""


def _rank(*parts: str) -> str:
    ranks = ", ".join(rank_in_sql(f"{part}.distribution") for part in parts)
    # A part goes no further than the narrowest of itself, its object and its event.
    return f"least(w.rank, {ranks})"


def _groups(*parts: str) -> str:
    of_parts = ", ".join(
        f"CASE WHEN {part}.distribution = 4 THEN {part}.sharing_group_id END" for part in parts
    )
    return f"array_remove(ARRAY[w.group_id, {of_parts}], NULL)"


KINDS = f"""
WITH {WANTED}
SELECT a.event_id, a.type, a.category, {_rank("a", "o")}, {_groups("a", "o")}, count(*),
    count(*) FILTER (WHERE a.comment = '' AND coalesce(o.comment, '') = '' AND NOT EXISTS (
        SELECT 1 FROM personal_data_mark m WHERE m.event_id = a.event_id AND m.part_id = a.id
            AND m.place IN ('attribute', 'object-attribute') AND m.field = 'value' AND m.answered_at IS NOT NULL))
FROM wanted w JOIN attribute a ON a.event_id = w.id LEFT JOIN object o ON o.id = a.object_id
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4
"""

TAGS = f"""
WITH {WANTED}
SELECT id, NULL, TRUE, FALSE, rank, array_remove(ARRAY[group_id], NULL), 1 FROM wanted
UNION ALL
SELECT w.id, t.name, TRUE, l.local, w.rank, array_remove(ARRAY[w.group_id], NULL), 1
FROM wanted w JOIN event_tag l ON l.event_id = w.id JOIN tag t ON t.id = l.tag_id
UNION ALL
SELECT w.id, t.name, FALSE, l.local, {_rank("a", "o")}, {_groups("a", "o")}, count(*)
FROM wanted w JOIN attribute_tag l ON l.event_id = w.id JOIN attribute a ON a.id = l.attribute_id
LEFT JOIN object o ON o.id = a.object_id JOIN tag t ON t.id = l.tag_id
GROUP BY 1, 2, 4, 5, 6
UNION ALL
SELECT w.id, t.name, FALSE, FALSE, {_rank("r")}, {_groups("r")}, count(*)
FROM wanted w JOIN event_report r ON r.event_id = w.id JOIN event_report_tag l ON l.event_report_id = r.id
JOIN tag t ON t.id = l.tag_id
GROUP BY 1, 2, 5, 6
"""

# Values of a type of personal data are in KINDS. The comment that holds a mark does not explain it.
MARKS = f"""
WITH {WANTED}
SELECT m.event_id, m.kind, {_rank("a", "o", "r")}, {_groups("a", "o", "r")}, count(*),
    count(*) FILTER (WHERE m.answered_at IS NULL AND (
        m.field = 'comment' OR coalesce(a.comment, '') = '' AND coalesce(o.comment, '') = ''))
FROM wanted w JOIN personal_data_mark m ON m.event_id = w.id
LEFT JOIN attribute a ON a.id = m.part_id AND m.place IN ('attribute', 'object-attribute', 'file-name', 'attribute-tag')
LEFT JOIN object o ON o.id = coalesce(a.object_id, CASE WHEN m.place = 'object' THEN m.part_id END)
LEFT JOIN event_report r ON r.id = m.part_id AND m.place IN ('report', 'report-tag')
WHERE (a.id IS NULL OR m.field <> 'value' OR a.type <> ALL(%(personal_types)s))
    AND NOT coalesce(a.deleted, r.deleted, o.deleted, FALSE) AND m.place NOT IN ('proposal', 'proposal-comment')
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
"""
