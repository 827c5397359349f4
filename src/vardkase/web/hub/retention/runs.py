"""Pages of retention runs: what a dry run found, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.hub.retention import queries, running
from vardkase.hub.retention.figures import reason_in_words
from vardkase.hub.retention.models import RetentionItem, RetentionPlace, RunState
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.retention.forms import ProposalReasonForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import file_links, list_file, wanted_file
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    context = listed(request, queries.runs(request.actor), {"pk"}, "-pk")
    return render(request, "retention/runs.html", context)


@page(staff=OFFICERS)
def run(request: PageRequest, pk: int) -> HttpResponseBase:
    shown = queries.find_run(request.actor, pk)
    if form := wanted_file(request):
        name = f"retention-{shown.number}"
        rows = queries.items_of(request.actor, shown)
        return list_file(request, form, name, gettext("Retention"), _columns(), rows)
    figures = shown.results or shown.figures
    context = {
        "run": shown,
        "rules": [(each, RetentionPlace(each["place"]).label) for each in figures.get("rules", ())],
        "organisations": figures.get("organisations", ()),
        "exempted": [(reason_in_words(each["why"]), each["count"]) for each in figures.get("exempted", ())],
        "samples": queries.samples(request.actor, shown),
        "cases": queries.sample_cases(request.actor, shown),
        "progress": queries.progress_of(shown) if shown.state == RunState.CARRYING_OUT else None,
        "is_done": shown.state == RunState.DONE,
        "may_propose": shown.state == RunState.COUNTED and shown.affected > 0,
        "waiting": waiting_request(running.CARRY_OUT.name, str(pk)),
        **file_links(request),
    }
    return render(request, "retention/run.html", context)


@require_POST
@page(staff=OFFICERS, writes=True)
def start(request: PageRequest) -> HttpResponse:
    with errors_shown_as_message(request):
        made = running.order_dry_run(request.actor)
        return redirect("retention_run", made.pk)
    return redirect("retention")


@page(staff=OFFICERS, writes=True)
def carry_out(request: PageRequest, pk: int) -> HttpResponse:
    shown = queries.find_run(request.actor, pk)
    form = ProposalReasonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(request, running.propose_carrying_out(request.actor, pk, reason))
    parents = [
        (gettext("Retention"), reverse("retention")),
        (shown.number, reverse("retention_run", args=(pk,))),
    ]
    return edit_page(
        request,
        form,
        gettext("Carry out the retention run"),
        parents,
        save=gettext("Propose that it be carried out"),
        intro=gettext(
            "This cannot be undone. Once a second person has approved the figures, what the dry run lists is "
            "pseudonymised or removed, here and, as far as it was sent there, on connected hubs. What has been "
            "exempted since then is left as it is."
        ),
    )


def _columns() -> dict[str, Callable[[RetentionItem], Any]]:
    return {
        gettext("Rule"): lambda item: item.rule.reference,
        gettext("Rule version"): lambda item: item.rule.version,
        gettext("Where"): lambda item: str(RetentionPlace(item.place).label),
        gettext("Event"): lambda item: item.event_id or None,
        gettext("Number there"): lambda item: item.part_id or None,
        gettext("Organisation"): lambda item: item.organisation.name if item.organisation else "",
        gettext("Status"): lambda item: item.get_state_display(),
        gettext("Exempted because"): lambda item: item.get_exemption_display() if item.exemption else "",
        pgettext("retention item", "Done"): lambda item: item.done_at,
        gettext("SHA-256 of what it was"): lambda item: item.digest,
    }
