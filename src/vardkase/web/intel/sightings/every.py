"""The list of all sightings that the reader may see, also as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.analysis.search.sighting_list import ListedSighting, every_sighting, sighting_list
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.formats.sighting_list import sighting_table
from vardkase.identity.access.actor import Actor
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.settings import EVENT_OWNER, POLICY
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.sightings.forms import TYPES, SightingFilterForm
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size

MARKS: Mapping[SightingType, dict[str, str]] = {
    SightingType.SEEN: {"kind": "info", "icon": "eye"},
    SightingType.FALSE_POSITIVE: {"kind": "warn", "icon": "thumb-down"},
    SightingType.EXPIRATION: {"kind": "out", "icon": "hourglass-empty"},
}


@page()
def every(request: PageRequest) -> HttpResponse:
    form = SightingFilterForm(request.GET)
    filters = form.filters(request.actor)
    found = sighting_list(request.actor, filters, wanted_place(request), wanted_size(request))
    context: dict[str, Any] = {
        "heading": gettext("Sightings"),
        "form": form,
        "rows": [
            {
                "line": line,
                "url": value_url(line.value),
                "words": TYPES[SightingType(line.type)],
                **MARKS[SightingType(line.type)],
            }
            for line in found.rows
        ],
        "chips": form.chips(request),
        "is_limited": POLICY.value == EVENT_OWNER,
        **page_links(request, found),
    }
    return render(request, "sightings/every.html", context)


@page()
def table(request: PageRequest) -> HttpResponseBase:
    """The same, in all pages, as CSV."""
    filters = SightingFilterForm(request.GET).filters(request.actor)
    content = sighting_table(_recorded(request.actor, every_sighting(request.actor, filters)))
    return download(content, "sightings.csv", "text/csv; charset=utf-8")


def _recorded(actor: Actor, pages: Iterable[Sequence[ListedSighting]]) -> Iterator[Sequence[ListedSighting]]:
    """Each page, once it is on record of which events it tells."""
    for lines in pages:
        record_fetch(actor, FetchChannel.EXPORT, FetchedKind.EVENT, {line.event_id for line in lines})
        yield lines
