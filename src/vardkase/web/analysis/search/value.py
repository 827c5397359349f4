"""The page of one value: verdict, occurrences, first and last seen, related values."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render

from vardkase.analysis.correlation.queries import networks_containing, within_network
from vardkase.analysis.search.value_history import sightings_of
from vardkase.analysis.search.value_opinions import opinions_on
from vardkase.analysis.search.value_page import ValueLifetime, life_of, near_values, occurrences
from vardkase.analysis.search.value_search import (
    AttributeFilters,
    FoundAttribute,
    attributes_by_id,
    find_attributes,
    is_network,
)
from vardkase.exchange.modules.server import ModuleKind
from vardkase.exchange.modules.settings import ENABLED
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.cached_sources.queries import elsewhere_for
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.web.analysis.search.downloads import common_formats
from vardkase.web.analysis.search.hits import hits_of
from vardkase.web.analysis.search.not_searched import not_searched
from vardkase.web.analysis.search.value_panels import over_time
from vardkase.web.analysis.search.value_verdict import last_seen, verdict_on
from vardkase.web.intel.analyst_data.opinions import COLOURS, STEPS, step_of, verdict_of
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

LONGEST = 20_000
NETWORKS_SHOWN = 20
OPINIONS_SHOWN = 10
MOST_ASKED = 3
"""Own events in which a value is looked for that may be enriched."""


@page(from_replica=True)
def value(request: PageRequest) -> HttpResponse:
    text = request.GET.get("v", "").replace("\0", "").strip()[:LONGEST]
    if not text:
        return redirect("values")
    life = life_of(request.actor, text)
    kind = life.types[0] if life else ("ip-dst" if is_network(text) else "text")
    warnings = find_hits([CheckedValue(text, kind if life else None)]).get(0, [])
    sightings = sightings_of(request.actor, text) if life else None
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
    left_out = not_searched(request.actor, text)
    context: dict[str, Any] = {
        "text": text,
        "exact_query": urlencode({"v": text}),
        "formats": common_formats(),
        "kind": kind,
        "life": life,
        "first_seen": moment(life.first_seen) if life else None,
        "last_seen": moment(last_seen(life, sightings)) if life else None,
        "verdict": verdict_on(life, warnings, sightings, changing=len(left_out.events) if left_out else 0),
        "not_searched": left_out,
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
        **(over_time(request.actor, text, [row.id for row in newest], sightings) if life else {}),
        **_acts(request, matches.rows, life),
        **_networks(request.actor, text),
        **page_links(request, matches),
    }
    return render(request, "search/value.html", context)


def _acts(request: PageRequest, rows: list[FoundAttribute], life: ValueLifetime | None) -> dict[str, Any]:
    """What the reader may do about the value: report on it, and ask modules where it is in an event of theirs."""
    actor = request.actor
    if not life or not actor.may_write:
        return {}
    return {
        "may_report_all": not life.more,
        "enriched_in": _own_occurrence(actor, rows) if actor.may(Permission.ADD) and _can_enrich() else None,
    }


def _can_enrich() -> bool:
    return ENABLED[ModuleKind.EXPANSION].value or ENABLED[ModuleKind.HOVER].value


def _own_occurrence(actor: Actor, rows: list[FoundAttribute]) -> FoundAttribute | None:
    """The newest in an event that the actor may change."""
    events = {row.id: row for row in index_rows(actor, sorted({row.event_id for row in rows}))}
    own = {number for number, event in events.items() if event.orgc_id == actor.organisation_id}
    for number in sorted(own, reverse=True)[:MOST_ASKED]:
        if rules.may_modify_event(actor, find_event(actor, number)):
            return next(row for row in rows if row.event_id == number)
    return None


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
