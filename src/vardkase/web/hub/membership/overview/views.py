"""Overview of members: numbers by kind and progress, open tasks, and the member list with export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from vardkase.hub.membership.applications.models import ApplicationState
from vardkase.hub.membership.members.models import MembershipState
from vardkase.hub.membership.members.sign_in_minimum import is_decided
from vardkase.hub.membership.members.state_labels import ShownState, shown_state, state_in_words
from vardkase.hub.membership.overview import figures
from vardkase.hub.membership.overview.members import (
    LISTERS,
    SOON,
    WAITING,
    MemberFilter,
    exported,
    member_since,
    members,
)
from vardkase.hub.membership.phases.queries import phases
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.open_tasks.registry import open_tasks
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.ui.list_files import spreadsheet, wanted_file
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

SORTS = {"organisation__name", "sector", "state", "connection", "began", "accounts", "pk"}
MONTHS = 12
CHOICES: Mapping[str, tuple[Any, type[TextChoices]]] = {
    "state": (gettext_lazy("Status"), ShownState),
    "sector": (gettext_lazy("Sector"), Sector),
    "connection": (gettext_lazy("Connection method"), Connection),
    "nis2": (gettext_lazy("NIS2"), Nis2Status),
}
WHOLE = 100


@page(staff=figures.READERS)
def overview(request: PageRequest) -> HttpResponse:
    counted = figures.counts(request.actor)
    months = figures.new_members(request.actor, MONTHS)
    context = {
        "total": sum(counted["sector"].values()),
        "accounts": figures.accounts(request.actor),
        "breakdowns": [_breakdown(counted, name) for name in CHOICES] + [_phases(counted["phase"])],
        "months": months,
        "new": sum(number for _month, number in months),
        "tasks": open_tasks(request.actor),
        "times": [
            (time, (ApplicationState if time.kind == "application" else MembershipState)(time.state).label)
            for time in figures.times(request.actor)
        ],
    }
    return render(request, "overview/overview.html", context)


@page(staff=LISTERS)
def index(request: PageRequest) -> HttpResponse:
    by = _filter(request)
    filters = [
        {
            "name": name,
            "label": label,
            "chosen": getattr(by, name),
            "options": [(choice.value, choice.label) for choice in choices],
        }
        for name, (label, choices) in CHOICES.items()
    ]
    titles = [(str(phase.number), phase.title) for phase in phases(timezone.now())]
    chosen = str(by.phase) if by.phase is not None else ""
    filters.append({"name": "phase", "label": gettext("Phase"), "chosen": chosen, "options": titles})
    context = listed(request, members(request.actor, by), SORTS, "organisation__name")
    for row in context["rows"]:
        row.member_since = member_since(row)
        row.shown_state, row.state_words = shown_state(row).value, state_in_words(row)
    context |= {
        "filters": filters,
        "is_narrowed": by != MemberFilter(),
        "q": by.text,
        "expiring": by.expiring,
        "waiting": by.waiting,
        "soon": timezone.localdate() + SOON,
        "may_export": not request.actor.staff.isdisjoint(figures.READERS),
        "csv": with_query(request, format="csv"),
        "xlsx": with_query(request, format="xlsx"),
    }
    is_officer = StaffRole.MEMBERSHIP_OFFICER in request.actor.staff
    context["minimum_undecided"] = is_officer and not is_decided()
    return render(request, "overview/members.html", context)


@page(staff=figures.READERS)
def export(request: PageRequest) -> HttpResponseBase:
    format = wanted_file(request) or "csv"
    head, rows = exported(request.actor, _filter(request), format)
    return spreadsheet(format, "members", gettext("Members"), head, rows)


def _filter(request: PageRequest) -> MemberFilter:
    chosen = {name: request.GET.get(name, "") for name in CHOICES}
    known = {name: value for name, value in chosen.items() if value in CHOICES[name][1].values}
    phase = request.GET.get("phase", "")
    number = int(phase) if phase.isdecimal() and len(phase) < 3 else None
    if (waiting := request.GET.get("waiting", "")) in WAITING:
        known["waiting"] = waiting
    return MemberFilter(
        text=searched(request), phase=number, expiring=request.GET.get("expiring") == "1", **known
    )


def _breakdown(counted: Mapping[str, Mapping[str, int]], name: str) -> dict[str, Any]:
    label, choices = CHOICES[name]
    numbers = counted[name]
    rows = [(choice.value, choice.label, numbers.get(choice.value, 0)) for choice in choices]
    return {"name": name, "label": label, "rows": _bars(rows)}


def _phases(numbers: Mapping[str, int]) -> dict[str, Any]:
    titles = {str(phase.number): phase.title for phase in phases(timezone.now())}
    rows = [
        (number, titles.get(number, number), numbers.get(number, 0)) for number in sorted({*titles, *numbers})
    ]
    return {"name": "phase", "label": gettext("Phase"), "rows": _bars(rows)}


def _bars(rows: list[tuple[str, Any, int]]) -> list[dict[str, Any]]:
    most = max((number for _value, _label, number in rows), default=0) or 1
    return [
        {"value": value, "label": label, "count": number, "length": WHOLE * number // most}
        for value, label, number in rows
    ]
