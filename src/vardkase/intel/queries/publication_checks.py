"""Checks to review before an event is published. Facts only, no permissions."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.event_parts import event_tags
from vardkase.knowledge.taxonomies.queries import ExclusiveConflict, exclusive_conflicts, missing_required
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.knowledge.warninglists.queries import any_enabled

MOST_MATCHED = 5_000
"""Values for detection that are matched against the warninglists; the newest ones of a larger event."""


@dataclass(frozen=True, slots=True)
class WarnedAttribute:
    """A value for detection that is on a warninglist."""

    attribute_id: int
    type: str
    value: str
    lists: list[str]


@dataclass(frozen=True, slots=True)
class Checks:
    """`held_against_lists` is False if no warninglist is enabled: an empty `warned` is then meaningless."""

    attributes: int
    detecting: int
    tags: list[str]
    missing: list[str]
    conflicts: list[ExclusiveConflict]
    held_against_lists: bool
    warned: list[WarnedAttribute]

    @property
    def has_tlp(self) -> bool:
        return any(name.lower().startswith("tlp:") for name in self.tags)

    @property
    def warned_ids(self) -> str:
        return ",".join(str(one.attribute_id) for one in self.warned)


def publication_checks(event: EventRow) -> Checks:
    tags = [tag.name for tag in event_tags(event.id) if not tag.local]
    row = cursor().execute(COUNTS, {"event": event.id}).fetchone()
    attributes, detecting = row or (0, 0)
    return Checks(
        attributes,
        detecting,
        tags,
        missing_required(tags),
        exclusive_conflicts(tags),
        any_enabled(),
        _warned(event.id),
    )


def _warned(event_id: int) -> list[WarnedAttribute]:
    rows = cursor().execute(DETECTING, {"event": event_id, "limit": MOST_MATCHED}).fetchall()
    hits = find_hits([CheckedValue(value, kind) for _, kind, value in rows])
    warned = []
    for position, lists in sorted(hits.items()):
        attribute_id, kind, value = rows[position]
        warned.append(WarnedAttribute(attribute_id, kind, value, [hit.name for hit in lists]))
    return warned


COUNTS = """
SELECT count(*), count(*) FILTER (WHERE to_ids) FROM attribute WHERE event_id = %(event)s AND NOT deleted
"""

DETECTING = """
SELECT id, type, value1 || coalesce('|' || value2, '') FROM attribute
WHERE event_id = %(event)s AND NOT deleted AND to_ids ORDER BY id DESC LIMIT %(limit)s
"""
