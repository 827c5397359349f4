"""What the page of a value says of it in one sentence."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from vardkase.analysis.search.value_history import SightingHistory
from vardkase.analysis.search.value_page import ValueLifetime
from vardkase.knowledge.warninglists.matching import WarninglistHit
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.display import long_date, thin

FRESH = 90 * 24 * 3600
"""Seconds after which a value that nobody has mentioned is no longer called active."""


@dataclass(frozen=True, slots=True)
class ValueVerdict:
    kind: str
    words: str
    detail: str


def verdict_on(
    life: ValueLifetime | None,
    warnings: list[WarninglistHit],
    sightings: SightingHistory | None = None,
    now: float | None = None,
    *,
    changing: int = 0,
) -> ValueVerdict:
    """Being on a warninglist outweighs being reported, and what others have seen of it the flag for detection.

    `changing`: events whose last published version has it, while their owners change them.
    """
    if life is None and changing:
        detail = ngettext(
            "It is in the last published version of %(n)s event that its owner is changing.",
            "It is in the last published versions of %(n)s events that their owners are changing.",
            changing,
        )
        return ValueVerdict("land", gettext("Known, in events being changed"), detail % {"n": thin(changing)})
    if life is None:
        detail = gettext("No events visible to you contain this value.")
        return ValueVerdict("land", gettext("No occurrences visible to you"), detail)
    where = _where(life)
    if any(hit.category == "false_positive" for hit in warnings):
        names = ", ".join(hit.name for hit in warnings)
        listed = gettext("It is on a warninglist: %(names)s.") % {"names": names}
        return ValueVerdict("warn", gettext("Known, but often harmless"), f"{where} {listed}")
    wrong = _false_positives(sightings)
    if sightings and sightings.false_positives >= max(1, sightings.seen):
        return ValueVerdict("warn", gettext("Reported as a false positive"), f"{where} {wrong}")
    if sightings and sightings.last_expired and sightings.last_expired >= (sightings.last_seen or 0):
        said = gettext("Reported as expired %(date)s, and not sighted since.")
        since = said % {"date": long_date(moment(sightings.last_expired))}
        return ValueVerdict("out", gettext("Reported as expired"), f"{where} {since} {wrong}".strip())
    seen = gettext("Last seen %(date)s.") % {"date": long_date(moment(last_seen(life, sightings)))}
    detail = f"{where} {seen} {wrong}".strip()
    if not life.detected:
        return ValueVerdict("out", gettext("Known, not marked for detection"), detail)
    if last_seen(life, sightings) < (now or time.time()) - FRESH:
        return ValueVerdict("out", gettext("Marked for detection, but not seen recently"), detail)
    return ValueVerdict("out", gettext("Active and marked for detection"), detail)


def _where(life: ValueLifetime) -> str:
    if life.detected:
        message = ngettext(
            "In %(events)s event, marked for detection in %(detected)s.",
            "In %(events)s events, marked for detection in %(detected)s.",
            life.events,
        )
    else:
        message = ngettext(
            "In %(events)s event, not marked for detection.",
            "In %(events)s events, marked for detection in none.",
            life.events,
        )
    return message % {"events": thin(life.events), "detected": thin(life.detected)}


def _false_positives(sightings: SightingHistory | None) -> str:
    if sightings is None or not sightings.false_positives:
        return ""
    wrong = ngettext(
        "%(n)s report of a false positive", "%(n)s reports of a false positive", sightings.false_positives
    ) % {"n": thin(sightings.false_positives)}
    seen = ngettext("%(n)s sighting", "%(n)s sightings", sightings.seen) % {"n": thin(sightings.seen)}
    return gettext("%(wrong)s, %(seen)s.") % {"wrong": wrong, "seen": seen}


def last_seen(life: ValueLifetime, sightings: SightingHistory | None) -> int:
    return max(life.last_seen, (sightings and sightings.last_seen) or 0)
