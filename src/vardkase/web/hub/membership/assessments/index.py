"""The list of applications."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.queries import DAYS_TO_DECIDE, CaseFilter
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.hub.membership.phases.queries import phase_titles
from vardkase.hub.membership.sectors import Sector
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"submitted", "organisation_name", "number"}
SHOWN = [state for state in ApplicationState if state != ApplicationState.DRAFT]


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    narrowed = CaseFilter(
        searched(request),
        request.GET.get("state", ""),
        request.GET.get("sector", ""),
        request.GET.get("handler", ""),
    )
    found = queries.applications(request.actor, narrowed)
    if form := wanted_file(request):
        rows = in_order(request, found, SORTS, "-submitted")
        return list_file(request, form, "applications", gettext("Applications"), _columns(), rows)
    context = listed(request, found, SORTS, "-submitted")
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
        **file_links(request),
    }
    return render(request, "assessments/index.html", context)


def _columns() -> Columns[Application]:
    phases = phase_titles()
    return {
        gettext("Number"): lambda case: case.number,
        gettext("Case reference number"): lambda case: case.registry_number,
        gettext("Organisation"): lambda case: case.organisation_name,
        gettext("Organisation number"): lambda case: hyphenated(case.organisation_number),
        gettext("Sector"): lambda case: case.get_sector_display(),
        gettext("NIS2"): lambda case: case.get_nis2_display(),
        gettext("Status"): lambda case: case.get_state_display(),
        gettext("Received"): lambda case: case.submitted,
        gettext("Decided"): lambda case: case.decided,
        gettext("Handled by"): _officer,
        gettext("Phase"): lambda case: phases.get(case.phase or case.waits_for, ""),
    }


def _officer(case: Application) -> str:
    officer = getattr(getattr(case, "handling", None), "officer", None)
    return officer.email if officer else ""


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
