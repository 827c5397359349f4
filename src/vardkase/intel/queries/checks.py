"""What should be looked at before an event is published. Facts only: who may publish anyway is not said here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.rows import EventRow
from vardkase.knowledge.taxonomies.queries import ExclusiveConflict, exclusive_conflicts, missing_required
from vardkase.knowledge.warninglists.matching import Candidate, find_hits
from vardkase.knowledge.warninglists.queries import any_enabled

MOST_MATCHED = 5_000
"""Values for detection that are held against the warninglists; the newest ones of a larger event."""

SHOWN = 10

MARKINGS = (
    r"KVALIFICERAT\s+HEMLIG|BEGRÄNSAT\s+HEMLIG|\mHEMLIG\M|\mKONFIDENTIELL\M|[Ss]äkerhetsskyddsklassificerad"
    r"|COSMIC\s+TOP\s+SECRET|NATO\s+(SECRET|CONFIDENTIAL|RESTRICTED)"
    r"|TRÈS\s+SECRET\s+UE|SECRET\s+UE|CONFIDENTIEL\s+UE|RESTREINT\s+UE|EU\s+(TOP\s+SECRET|SECRET|CONFIDENTIAL|RESTRICTED)"
)
"""Security classifications of Sweden, NATO and the EU, as they are stamped: in capitals."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A value for detection that a warninglist names."""

    attribute_id: int
    type: str
    value: str
    lists: list[str]


@dataclass(frozen=True, slots=True)
class Checks:
    """`markings` are the texts in which a classification marking stands.

    `held_against_lists` is False when no warninglist is enabled: `warned` is then empty and says nothing.
    """

    attributes: int
    detecting: int
    tags: list[str]
    missing: list[str]
    conflicts: list[ExclusiveConflict]
    held_against_lists: bool
    warned: list[Warned]
    markings: list[str]

    @property
    def has_tlp(self) -> bool:
        return any(name.lower().startswith("tlp:") for name in self.tags)


def publication_checks(event: EventRow) -> Checks:
    """Look at an event that the caller has found the actor may publish."""
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
        _markings(event.id, tags),
    )


def _warned(event_id: int) -> list[Warned]:
    rows = cursor().execute(DETECTING, {"event": event_id, "limit": MOST_MATCHED}).fetchall()
    hits = find_hits([Candidate(value, kind) for _, kind, value in rows])
    warned = []
    for position, found in sorted(hits.items())[:SHOWN]:
        attribute_id, kind, value = rows[position]
        warned.append(Warned(attribute_id, kind, value, [hit.name for hit in found]))
    return warned


def _markings(event_id: int, tags: Sequence[str]) -> list[str]:
    parameters = {"event": event_id, "pattern": MARKINGS, "tags": list(tags), "limit": SHOWN}
    return [str(row[0])[:200] for row in cursor().execute(MARKED, parameters).fetchall()]


COUNTS = """
SELECT count(*), count(*) FILTER (WHERE to_ids) FROM attribute WHERE event_id = %(event)s AND NOT deleted
"""

DETECTING = """
SELECT id, type, value1 || coalesce('|' || value2, '') FROM attribute
WHERE event_id = %(event)s AND NOT deleted AND to_ids ORDER BY id DESC LIMIT %(limit)s
"""

MARKED = """
SELECT text FROM (
    SELECT info AS text FROM event WHERE id = %(event)s
    UNION ALL
    SELECT unnest(ARRAY[value1, value2, comment]) FROM attribute WHERE event_id = %(event)s AND NOT deleted
    UNION ALL
    SELECT comment FROM object WHERE event_id = %(event)s AND NOT deleted
    UNION ALL
    SELECT unnest(ARRAY[name, substring(content FROM %(pattern)s)]) FROM event_report
    WHERE event_id = %(event)s AND NOT deleted
    UNION ALL
    SELECT unnest(%(tags)s::text[])
) AS said WHERE text ~ %(pattern)s LIMIT %(limit)s
"""
