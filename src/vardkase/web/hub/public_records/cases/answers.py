"""What goes out: the check before it, the answer or decision, its service, and a referral."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.appeals import open_appeal
from vardkase.hub.public_records.cases.models import CaseState, ItemAssessment, RecordsAnswerKind
from vardkase.hub.public_records.cases.quarantine import has_quarantined
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.services import answering
from vardkase.hub.public_records.officers.fees import tariff_of
from vardkase.hub.public_records.officers.queries import office_of
from vardkase.web.hub.public_records.cases.case import parents
from vardkase.web.hub.public_records.cases.forms import RecordsAnswerForm, ReferralForm, ServedForm
from vardkase.web.hub.public_records.cases.presenters import ASSESSED_PILLS, is_unanswered
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.mail_messages import say_sent, tell_the_requester
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def check(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    wants_decision = case.decision_wanted_at or open_appeal(case.pk)
    kind = RecordsAnswerKind.DECISION if wants_decision else RecordsAnswerKind.ANSWER
    form = RecordsAnswerForm(request.POST or None, initial={"kind": kind})
    if form.is_valid():
        with errors_shown_in(form):
            answering.answer(request.actor, number, form.cleaned_data)
            messages.success(request, gettext("The answer is on file, and the requester can read it."))
            return redirect("records_case", number)
    assessments = ItemAssessment.objects.filter(item__case=case).select_related("item").defer("item__file")
    context = {
        "case": case,
        "form": form,
        "check": answering.check(request.actor, number),
        "rows": [(one, ASSESSED_PILLS.get(one.outcome, "wait")) for one in assessments.order_by("item")],
        "may_answer": is_unanswered(case) or CASE.may(case.state, "decide"),
        "has_quarantined": has_quarantined(case),
        "is_registered": case.state == CaseState.REGISTERED,
        "tariff": tariff_of(office_of(case.authority_id)),
    }
    return render(request, "cases/check.html", context, status=422 if form.errors else 200)


@page(allowed_while_suspended=True)
def draft(request: PageRequest, number: str, form: str) -> HttpResponseBase:
    made = answering.draft_copy(request.actor, number)
    if made is None or form not in ("pdf", "json"):
        raise Http404
    content = made.pdf if form == "pdf" else made.json
    media_type = "application/pdf" if form == "pdf" else "application/json"
    return download([content], f"{number}.{form}", media_type)


@page(allowed_while_suspended=True)
def refer(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    form = ReferralForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            answering.refer(request.actor, number, form.cleaned_data)
            told = gettext("The requester has been told, and the case is closed.")
            say_sent(request, told, tell_the_requester())
            return redirect("records_case", number)
    return edit_page(
        request, form, gettext("Refer to another authority"), parents(case), save=gettext("Refer")
    )


@page(allowed_while_suspended=True)
def served(request: PageRequest, number: str, pk: int) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    if not case.answers.filter(pk=pk).exists():
        raise Http404
    form = ServedForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            on, how = form.cleaned_data["on"], form.cleaned_data["how"]
            answering.note_service(request.actor, number, pk, on, how)
            return redirect("records_case", number)
    return edit_page(
        request,
        form,
        gettext("Record service"),
        parents(case),
        intro=gettext("The period for an appeal counts from this day, if the requester is a private party."),
    )
