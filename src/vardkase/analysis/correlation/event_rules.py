"""Applying correlation rules: two events named by the same rule are never related, whatever values they share.

A rule names events by their creator, their owner, their ids or their titles. Nothing is stored for it: which
rules name the event that is looked at is one query, and only where there are any is each other event tried.
"""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.core.sql import cursor

NAMES = """
CASE r.selector_type
    WHEN 'orgc_id' THEN {event}.orgc_id = ANY(r.numbers)
    WHEN 'org_id' THEN {event}.org_id = ANY(r.numbers)
    WHEN 'event_id' THEN {event}.id = ANY(r.numbers)
    ELSE {event}.info ILIKE ANY(r.patterns)
END
"""

RULES = f"""
SELECT own.id, array_agg(r.id ORDER BY r.id)
FROM correlation_rule r JOIN event own ON own.id = ANY(%(events)s::bigint[]) AND {NAMES.format(event="own")}
GROUP BY own.id
"""


def rules_naming(event_ids: Iterable[int]) -> dict[int, list[int]]:
    return dict(cursor().execute(RULES, {"events": list(event_ids)}).fetchall())


def unnamed_by(rules: str, event: str = "e") -> str:
    """SQL: none of `rules` (SQL of an array of ids) names event alias `event`."""
    named = NAMES.format(event=event)
    return f"NOT EXISTS (SELECT 1 FROM correlation_rule r WHERE r.id = ANY({rules}::bigint[]) AND {named})"


def as_array(rules: Iterable[int]) -> str:
    """Rule ids as a PostgreSQL array literal, so that lists of different lengths fit into one parameter."""
    return f"{{{','.join(map(str, rules))}}}"
