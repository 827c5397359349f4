"""The list of applications."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.hub.membership.applications.models import ApplicationState
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.queries import DAYS_TO_DECIDE, CaseFilter
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.phases.queries import phase_titles
from vardkase.hub.membership.sectors import Sector
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"submitted", "organisation_name", "number"}
SHOWN = [state for state in ApplicationState if state != ApplicationState.DRAFT]


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    narrowed = CaseFilter(
        searched(request),
        request.GET.get("state", ""),
        request.GET.get("sector", ""),
        request.GET.get("handler", ""),
    )
    context = listed(request, queries.applications(request.actor, narrowed), SORTS, "-submitted")
    days, phases = queries.ages_in_days(context["rows"]), phase_titles()
    context["rows"] = [
        {
            "application": row,
            "day": days[row.pk],
            "handling": getattr(row, "handling", None),
            "waits_for": phases.get(row.waits_for, ""),
        }
        for row in context["rows"]
    ]
    context |= {
        "narrowed": narrowed,
        "q": narrowed.text,
        "tabs": _tabs(request, narrowed),
        "sectors": Sector.choices,
        "handlers": [(str(pk), email) for pk, email in queries.handlers(request.actor)],
        "limit": DAYS_TO_DECIDE.value,
        "is_narrowed": narrowed != CaseFilter(),
    }
    return render(request, "assessments/index.html", context)


def _tabs(request: PageRequest, narrowed: CaseFilter) -> list[dict[str, Any]]:
    counts = queries.counts(request.actor)
    everything = {
        "label": gettext("All"),
        "url": first_page(request, state=None),
        "count": sum(counts.values()),
        "current": not narrowed.state,
    }
    return [everything] + [
        {
            "label": state.label,
            "url": first_page(request, state=state.value),
            "count": counts.get(state.value, 0),
            "current": narrowed.state == state.value,
        }
        for state in SHOWN
        if counts.get(state.value) or narrowed.state == state.value
    ]
