"""The values with the most correlations: those that are shown, and those that have too many to be."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from vardkase.analysis.correlation.queries import Occurrences, over_correlating_values, top_values
from vardkase.identity.access.permissions import Permission
from vardkase.web.analysis.correlation.tabs import TABS, correlation_tabs
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

SHOWN = 50
FURTHEST_PAGE = 1_000

type Counts = Callable[..., list[Occurrences]]


@page(Permission.SITE_ADMIN)
def over_correlating(request: PageRequest) -> HttpResponse:
    return _values_page(request, "over_correlating_values", over_correlating_values)


@page(Permission.SITE_ADMIN)
def most_frequent(request: PageRequest) -> HttpResponse:
    return _values_page(request, "most_correlating_values", top_values)


def _values_page(request: PageRequest, view: str, counts: Counts) -> HttpResponse:
    """Counting reads the key of every attribute: the page comes first, and asks for the values then (`page`)."""
    context = {
        "view": view,
        "title": TABS[view],
        "tabs": correlation_tabs(view),
        "most": settings.VARDKASE_CORRELATION_LIMIT,
        "count_url": with_query(request, page="1"),
    }
    wanted = request.GET.get("page", "")
    if wanted.isdecimal() and 0 < (number := int(wanted)) <= FURTHEST_PAGE:
        found = counts(request.actor, limit=SHOWN + 1, offset=(number - 1) * SHOWN)
        context |= {
            "counted": True,
            "rows": [(row, value_url(row.value)) for row in found[:SHOWN]],
            "newer": with_query(request, page=str(number - 1)) if number > 1 else "",
            "older": with_query(request, page=str(number + 1)) if len(found) > SHOWN else "",
        }
    return render(request, "correlation/values.html", context)
