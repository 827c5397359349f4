"""Pages of retention runs: what a dry run found, and what was done."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.hub.retention import queries, running
from vardkase.hub.retention.figures import reason_in_words
from vardkase.hub.retention.models import RetentionPlace, RetentionRun, RunState
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.retention.forms import ProposalReasonForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    rows = queries.runs(request.actor)
    if form := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(
            request, form, "retention-runs", gettext("Dry runs and retention runs"), _run_columns(), in_file
        )
    return render(request, "retention/runs.html", listed(request, rows, {"pk"}, "-pk") | file_links(request))


@page(staff=OFFICERS)
def run(request: PageRequest, pk: int) -> HttpResponseBase:
    shown = queries.find_run(request.actor, pk)
    if form := wanted_file(request):
        name = f"retention-{shown.number}"
        rows = queries.listed_items(request.actor, shown)
        return list_file(request, form, name, gettext("Retention"), _columns(), rows)
    figures = shown.results or shown.figures
    context = {
        "run": shown,
        "rules": [(each, RetentionPlace(each["place"]).label) for each in figures.get("rules", ())],
        "organisations": figures.get("organisations", ()),
        "exempted": [(reason_in_words(each["why"]), each["count"]) for each in figures.get("exempted", ())],
        "failures": queries.failures(shown),
        "samples": queries.samples(request.actor, shown),
        "cases": queries.sample_cases(request.actor, shown),
        "progress": queries.progress_of(shown) if shown.state == RunState.CARRYING_OUT else None,
        "is_done": shown.state == RunState.DONE,
        "may_propose": shown.state == RunState.COUNTED and shown.affected > 0,
        "has_stopped": running.has_stopped(shown),
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
        save=gettext("Propose disposal"),
        intro=gettext(
            "This cannot be undone. Once a second person has approved the figures, what the dry run lists is "
            "pseudonymised or removed, here and, as far as it was sent there, on connected hubs. What has been "
            "exempted since then is left as it is."
        ),
    )


def _run_columns() -> Columns[RetentionRun]:
    return {
        gettext("Number"): lambda run: run.number,
        gettext("Status"): lambda run: run.get_state_display(),
        gettext("Past its period"): lambda run: run.affected,
        gettext("Exempted"): lambda run: run.exempted,
        gettext("Started"): lambda run: run.ordered_at,
        gettext("By"): lambda run: run.ordered_by,
        gettext("Counted"): lambda run: run.counted_at,
        gettext("Approved by"): lambda run: run.approved_by,
        gettext("Carried out"): lambda run: run.ended_at,
        gettext("SHA-256 of the figures"): lambda run: run.digest,
    }


def _columns() -> Columns[queries.ListedItem]:
    return {
        gettext("Rule"): lambda row: row.item.rule.reference,
        gettext("Rule version"): lambda row: row.item.rule.version,
        gettext("Where"): lambda row: str(RetentionPlace(row.item.place).label),
        gettext("Event"): lambda row: row.event_id or None,
        gettext("Number of the item"): lambda row: row.part_id or None,
        gettext("Organisation"): lambda row: row.item.organisation.name if row.item.organisation else "",
        gettext("Status"): lambda row: row.item.get_state_display(),
        pgettext("retention item", "Done"): lambda row: row.item.done_at,
        gettext("SHA-256 of what it was"): lambda row: row.item.digest,
    }
