"""Figures of an authority's cases in a period; for the hub owner also those of all authorities together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from vardkase.core.sql import cursor
from vardkase.hub.public_records.officers.rules import require_officer
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id

FEWEST_AUTHORITIES = 3
"""Below that, figures of all authorities together would tell of one of them."""
COUNTS = (
    "registered", "open", "answered", "released", "partly", "withheld", "not_held", "referred", "withdrawn",
    "items_released", "items_masked", "items_withheld", "consulted", "consultations_answered", "decisions", "appeals",
    "appeals_late", "appeals_changed",
)  # fmt: skip
"""The figures, by name; besides them the median and the longest time to the first answer, in hours."""


@dataclass(frozen=True, slots=True)
class CaseFigures:
    counts: Mapping[str, int]
    median_hours: float | None
    longest_hours: float | None


def figures(actor: Actor, since: date, until: date) -> CaseFigures:
    """Of the cases that were registered on these days by the actor's authority. Raises Forbidden."""
    return _figures(since, until, require_officer(actor))


def figures_of_all(actor: Actor, since: date, until: date) -> CaseFigures | None:
    """Of all authorities, for the hub owner; None for others, and if too few have cases. Raises Forbidden."""
    if require_officer(actor) != host_organisation_id():
        return None
    days = _days(since, until)
    (count,) = cursor().execute(AUTHORITIES, days).fetchone() or (0,)
    return _figures(since, until, None) if count >= FEWEST_AUTHORITIES else None


def _figures(since: date, until: date, authority: int | None) -> CaseFigures:
    (row,) = cursor().execute(FIGURES, {**_days(since, until), "authority": authority}).fetchall()
    *counts, median, longest = row
    return CaseFigures(
        dict(zip(COUNTS, counts, strict=True)),
        float(median) if median is not None else None,
        float(longest) if longest is not None else None,
    )


def _days(since: date, until: date) -> dict[str, Any]:
    return {
        "since": timezone.make_aware(datetime.combine(since, time.min)),
        "until": timezone.make_aware(datetime.combine(until, time.max)),
    }


AUTHORITIES = """
SELECT count(DISTINCT authority_id) FROM records_case WHERE asked_at BETWEEN %(since)s AND %(until)s
"""
FIGURES = """
WITH found AS MATERIALIZED (
    SELECT id, state, outcome, extract(epoch FROM answered_at - asked_at)::float8 / 3600 AS hours
    FROM records_case
    WHERE asked_at BETWEEN %(since)s AND %(until)s
        AND (%(authority)s::bigint IS NULL OR authority_id = %(authority)s::bigint)
), item AS (
    SELECT count(*) FILTER (WHERE a.outcome = 'release') AS released,
        count(*) FILTER (WHERE a.outcome = 'mask') AS masked,
        count(*) FILTER (WHERE a.outcome = 'withhold') AS withheld
    FROM found f JOIN records_item i ON i.case_id = f.id JOIN records_assessment a ON a.item_id = i.id
    WHERE i.event_uuid NOT IN (SELECT uuid FROM event WHERE quarantined)
), consultation AS (
    SELECT count(*) AS sent, count(c.answered_at) AS answered
    FROM found f JOIN records_consultation c ON c.case_id = f.id
), answer AS (
    SELECT count(*) FILTER (WHERE r.kind = 'decision') AS decisions
    FROM found f JOIN records_answer r ON r.case_id = f.id
), appeal AS (
    SELECT count(*) AS made,
        count(*) FILTER (WHERE coalesce(p.deemed_on, p.arrived_on) > p.last_day) AS late,
        count(*) FILTER (WHERE p.outcome IN ('quashed', 'changed', 'remitted')) AS changed
    FROM found f JOIN case_file c ON c.thing_kind = 'records_case' AND c.thing_id = f.id
        JOIN appeal p ON p.case_file_id = c.id
)
SELECT count(*), count(*) FILTER (WHERE state <> 'closed'), count(hours),
    count(*) FILTER (WHERE outcome = 'released'), count(*) FILTER (WHERE outcome = 'partly'),
    count(*) FILTER (WHERE outcome = 'withheld'), count(*) FILTER (WHERE outcome = 'not_held'),
    count(*) FILTER (WHERE outcome = 'referred'), count(*) FILTER (WHERE outcome = 'withdrawn'),
    (SELECT released FROM item), (SELECT masked FROM item), (SELECT withheld FROM item),
    (SELECT sent FROM consultation), (SELECT answered FROM consultation), (SELECT decisions FROM answer),
    (SELECT made FROM appeal), (SELECT late FROM appeal), (SELECT changed FROM appeal),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours), max(hours)
FROM found
"""
