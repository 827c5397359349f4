"""The page of one value: verdict, occurrences, first and last seen, related values."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from vardkase.analysis.correlation.queries import networks_containing, within_network
from vardkase.analysis.search.value_opinions import opinions_on
from vardkase.analysis.search.value_page import ValueLifetime, life_of, near_values, occurrences
from vardkase.analysis.search.value_search import (
    AttributeFilters,
    FoundAttribute,
    attributes_by_id,
    find_attributes,
    is_network,
)
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.cached_sources.queries import elsewhere_for
from vardkase.knowledge.warninglists.matching import CheckedValue, WarninglistHit, find_hits
from vardkase.web.analysis.search.downloads import common_formats
from vardkase.web.analysis.search.hits import hits_of
from vardkase.web.analysis.search.value_panels import over_time
from vardkase.web.intel.analyst_data.opinions import COLOURS, STEPS, step_of, verdict_of
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.display import long_date, thin
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

LONGEST = 20_000
FRESH = 90 * 24 * 3600
"""Seconds after which a value that nobody has mentioned is no longer called active."""
NETWORKS_SHOWN = 20
OPINIONS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ValueVerdict:
    kind: str
    words: str
    detail: str


@page()
def value(request: PageRequest) -> HttpResponse:
    text = request.GET.get("v", "").replace("\0", "").strip()[:LONGEST]
    if not text:
        return redirect("values")
    life = life_of(request.actor, text)
    kind = life.types[0] if life else ("ip-dst" if is_network(text) else "text")
    warnings = find_hits([CheckedValue(text, kind if life else None)]).get(0, [])
    matches = find_attributes(
        request.actor, occurrences(text), AttributeFilters(), wanted_place(request), wanted_size(request)
    )
    elsewhere = elsewhere_for(request.actor)
    opinions = opinions_on(request.actor, text) if life else []
    newest = matches.rows
    if wanted_place(request):  # What is shown over time is of the newest, on every page.
        newest = find_attributes(
            request.actor, occurrences(text), AttributeFilters(), None, wanted_size(request)
        ).rows
    context: dict[str, Any] = {
        "text": text,
        "exact_query": urlencode({"v": text}),
        "formats": common_formats(),
        "kind": kind,
        "life": life,
        "first_seen": moment(life.first_seen) if life else None,
        "last_seen": moment(life.last_seen) if life else None,
        "verdict": verdict_on(life, warnings),
        "warnings": warnings,
        "elsewhere": elsewhere.of_attributes({"": (kind, text)}).get("", []) if elsewhere else None,
        "opinion": verdict_of(opinions),
        "opinions": [
            {"said": said, "step": STEPS[step_of(said.opinion)], "colour": COLOURS[step_of(said.opinion)]}
            for said in opinions[:OPINIONS_SHOWN]
        ],
        "hits": hits_of(request.actor, matches.rows),
        "near": [{"near": value, "url": value_url(value.value)} for value in near_values(request.actor, text)]
        if life
        else [],
        **(over_time(request.actor, text, [row.id for row in newest]) if life else {}),
        **_networks(request.actor, text),
        **page_links(request, matches),
    }
    return render(request, "search/value.html", context)


def verdict_on(
    life: ValueLifetime | None, warnings: list[WarninglistHit], now: float | None = None
) -> ValueVerdict:
    """The verdict. Being on a warninglist outweighs being reported."""
    if life is None:
        detail = gettext("No events visible to you contain this value.")
        return ValueVerdict("land", gettext("No occurrences visible to you"), detail)
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
    where = message % {"events": thin(life.events), "detected": thin(life.detected)}
    if any(hit.category == "false_positive" for hit in warnings):
        names = ", ".join(hit.name for hit in warnings)
        listed = gettext("It is on a warninglist: %(names)s.") % {"names": names}
        return ValueVerdict("warn", gettext("Known, but often harmless"), f"{where} {listed}")
    seen = gettext("Last seen %(date)s.") % {"date": long_date(moment(life.last_seen))}
    if not life.detected:
        return ValueVerdict("out", gettext("Known, not marked for detection"), f"{where} {seen}")
    if life.last_seen < (now or time.time()) - FRESH:
        return ValueVerdict("out", gettext("Marked for detection, but not seen recently"), f"{where} {seen}")
    return ValueVerdict("out", gettext("Active and marked for detection"), f"{where} {seen}")


def _networks(actor: Actor, text: str) -> dict[str, list[dict[str, Any]]]:
    if not is_network(text):
        return {"around": [], "within": []}
    return {
        "around": _distinct(actor, networks_containing(actor, text), text),
        "within": _distinct(actor, within_network(actor, text), text),
    }


def _distinct(actor: Actor, ids: list[int], text: str) -> list[dict[str, Any]]:
    by_value: dict[str, FoundAttribute] = {}
    for attribute in attributes_by_id(actor, ids[:200], size=200):
        if text not in (attribute.value, attribute.value1, attribute.value2):
            by_value.setdefault(attribute.value, attribute)
    shown = list(by_value.values())[:NETWORKS_SHOWN]
    return [{"attribute": row, "url": value_url(row.value)} for row in shown]
