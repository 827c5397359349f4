"""The phases and the legal preconditions, with their history."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from vardkase.audit.queries import entries_about
from vardkase.core.errors import NotFound
from vardkase.hub.membership.applications.queries import waiting_by_phase
from vardkase.hub.membership.phases import queries, services
from vardkase.hub.membership.phases.defaults import preconditions
from vardkase.hub.membership.phases.problems import PhaseProblem
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.membership.phases.forms import InForceForm, PhaseForm, RevokeForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

ENTRIES_SHOWN = 20


@page(staff=services.OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    waiting = waiting_by_phase()
    states = {phase.number: phase for phase in queries.phases(timezone.now())}
    rows = [
        {
            "phase": phase,
            "state": states[phase.number],
            "waiting": waiting.get(phase.number, 0),
            "sectors": [Sector(name).label for name in phase.sectors],
        }
        for phase in queries.stored_phases()
    ]
    recorded = queries.recorded_preconditions()
    laws = [
        {"name": name, "title": queries.in_language(precondition, "title"), "recorded": recorded[name]}
        for name, precondition in preconditions().items()
    ]
    may_record = StaffRole.LEGAL_OFFICER in request.actor.staff
    return render(request, "phases/phases.html", {"rows": rows, "laws": laws, "may_record": may_record})


@page(staff=services.OFFICERS, writes=True)
def edit(request: PageRequest, number: int) -> HttpResponse:
    phase = queries.find_phase(number)
    form = PhaseForm(phase, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            data = dict(form.cleaned_data)
            reason = data.pop("reason")
            made = services.propose_change(request.actor, number, data, reason)
            return proposed(request, made)
    context = {"form": form, "phase": phase, "entries": entries_about("phase", number, limit=ENTRIES_SHOWN)}
    return render(request, "phases/phase.html", context, status=422 if form.errors else 200)


@page(staff=(StaffRole.LEGAL_OFFICER,), writes=True)
def precondition(request: PageRequest, name: str) -> HttpResponse:
    if name not in preconditions():
        raise NotFound(PhaseProblem.NO_SUCH_PRECONDITION())
    recorded = queries.recorded_preconditions()[name]
    is_in_force = recorded.since is not None
    form: Any = (RevokeForm if is_in_force else InForceForm)(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            if is_in_force:
                made = services.propose_revoking(request.actor, name, form.cleaned_data["reason"])
            else:
                made = services.propose_in_force(request.actor, name, **form.cleaned_data)
            return proposed(request, made)
    waiting = waiting_by_phase()
    context = {
        "form": form,
        "recorded": recorded,
        "title": queries.in_language(preconditions()[name], "title"),
        "hanging": [
            {"title": queries.phase_title(phase.number), "waiting": waiting.get(phase.number, 0)}
            for phase in queries.stored_phases()
            if name in phase.preconditions
        ],
        "entries": entries_about("precondition", recorded.pk, limit=ENTRIES_SHOWN) if recorded.pk else [],
    }
    return render(request, "phases/precondition.html", context, status=422 if form.errors else 200)
