"""Pages on which officers handle a spill, and on which those who had the event answer."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.hub.spills import deciding, queries, records
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.rules import may_handle, require_handler
from vardkase.web.hub.spills import forms
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page(writes=True, allowed_while_suspended=True)
def kind(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    form = forms.SpillKindForm(request.POST or None, initial={"kind": spill.kind})
    return _recorded(
        request,
        spill,
        form,
        gettext("What is suspected"),
        lambda: records.record_kind(request.actor, pk, form.cleaned_data["kind"]),
    )


@page(writes=True, allowed_while_suspended=True)
def reported(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    before = {
        "at": spill.reported_at,
        "reference": spill.report_reference,
        "not_because": spill.not_reported_because,
    }
    form = forms.SpillReportForm(request.POST or None, initial=before)
    return _recorded(
        request,
        spill,
        form,
        gettext("Report to the Security Service"),
        lambda: records.record_report(request.actor, pk, **form.cleaned_data),
        intro=gettext(
            "A suspected disclosure of security-classified information is reported to the Security Service "
            "promptly, by phone first. Record here when that was done. Do not send the information itself."
        ),
    )


@page(writes=True, allowed_while_suspended=True)
def ground(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    form = forms.SpillGroundForm(request.POST or None, initial={"ground": spill.ground})
    return _recorded(
        request,
        spill,
        form,
        gettext("Legal ground for deletion"),
        lambda: records.record_ground(request.actor, pk, form.cleaned_data["ground"]),
        intro=gettext(
            "What has been published is a public record. Deleting it is destruction (gallring), which takes support in "
            "a regulation or decision."
        ),
    )


@page(writes=True, allowed_while_suspended=True)
def close(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    form = forms.SpillCloseForm(request.POST or None)
    return _recorded(
        request,
        spill,
        form,
        gettext("Close the spill"),
        lambda: records.close(request.actor, pk, form.cleaned_data["note"]),
    )


@page(writes=True, allowed_while_suspended=True, confirmed=True)
def release(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    form = forms.SpillReasonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(request, deciding.propose_release(request.actor, pk, form.cleaned_data["reason"]))
    return edit_page(
        request,
        form,
        gettext("Release the event: false alarm"),
        _parents(spill),
        save=gettext("Propose release"),
        intro=gettext("A second officer has to approve before anybody can read the event again."),
    )


@page(writes=True, allowed_while_suspended=True, confirmed=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    spill = _spill(request, pk)
    form = forms.SpillReasonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(
                request, deciding.propose_deletion(request.actor, pk, form.cleaned_data["reason"])
            )
    return edit_page(
        request,
        form,
        gettext("Delete the event"),
        _parents(spill),
        save=gettext("Propose deletion of the event"),
        intro=gettext(
            "A second officer has to approve; one of you is a legal officer. The event is then deleted from everything "
            "the hub keeps, and the hub is searched for what is left."
        ),
    )


@require_POST
@page(writes=True, allowed_while_suspended=True)
def again(request: PageRequest, pk: int) -> HttpResponse:
    records.ask_again(request.actor, pk)
    messages.success(request, gettext("Ordered. The result is shown here in a moment."))
    return redirect("spill", pk)


@page(writes=True, allowed_while_suspended=True)
def answer(request: PageRequest, pk: int, holder: int) -> HttpResponse:
    spill = queries.find_spill(request.actor, pk)
    found = (
        queries.holders_of(spill) if may_handle(request.actor) else queries.own_holders(request.actor, spill)
    )
    shown = found.filter(pk=holder).first()
    if shown is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    form = forms.HolderAnswerForm(request.POST or None)
    return _recorded(
        request,
        spill,
        form,
        gettext("Answer of %(name)s") % {"name": shown.name},
        lambda: records.record_answer(request.actor, pk, holder, **form.cleaned_data),
    )


def _spill(request: PageRequest, pk: int) -> Spill:
    spill = queries.find_spill(request.actor, pk)
    require_handler(request.actor)
    return spill


def _recorded(
    request: PageRequest,
    spill: Spill,
    form: Form,
    heading: str,
    work: Callable[[], object],
    *,
    intro: str = "",
) -> HttpResponse:
    if form.is_valid():
        with errors_shown_in(form):
            try:
                work()
            except (Conflict, Forbidden) as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, gettext("Recorded."))
            return redirect("spill", spill.pk)
    return edit_page(request, form, heading, _parents(spill), intro=intro)


def _parents(spill: Spill) -> list[tuple[str, str]]:
    return [
        (gettext("Suspected spills"), reverse("spills")),
        (spill.number, reverse("spill", args=(spill.pk,))),
    ]
