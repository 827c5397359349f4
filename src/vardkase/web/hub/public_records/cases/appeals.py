"""Appeals of a case: registering, handing over, dismissing, and the outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.services import appealing
from vardkase.web.hub.public_records.cases.case import parents
from vardkase.web.hub.public_records.cases.forms import (
    AppealOutcomeForm,
    LateForm,
    LateForwardForm,
    ReasonsForm,
    RecordsAppealForm,
)
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def register(request: PageRequest, number: str) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        appeal = appealing.register_appeal(request.actor, number, data)
        return (
            gettext("The appeal arrived late.") if appeal.is_late else gettext("The appeal arrived in time.")
        )

    return _form(request, number, RecordsAppealForm, gettext("Register an appeal"), act)


@page(allowed_while_suspended=True)
def forward(request: PageRequest, number: str) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        appealing.forward(
            request.actor, number, data["reasons"], data.get("exception", ""), data.get("note", "")
        )
        return gettext("The appeal is handed over. Send the letter with the file.")

    intro = gettext(
        "State whether you have considered changing the decision (38 § förvaltningslagen). The letter to %(receiver)s "
        "lists the documents of the file."
    )
    case = queries.find_case(request.actor, number)
    receiver = appealing.receiver(case)
    is_late = any(one.is_to_dismiss and not one.outcome for one in queries.appeals_of(case))
    kind = LateForwardForm if is_late else ReasonsForm
    words = intro % {"receiver": receiver or gettext("the court")}
    return _form(request, number, kind, gettext("Hand over the appeal"), act, intro=words)


@page(allowed_while_suspended=True)
def dismiss(request: PageRequest, number: str) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        appealing.dismiss(request.actor, number, data["reasons"])
        return gettext("The appeal is dismissed.")

    intro = gettext(
        "Check first that your own instructions were correct, and that the appeal did not reach the court in time "
        "(45 § förvaltningslagen)."
    )
    return _form(request, number, LateForm, gettext("Dismiss the late appeal"), act, intro=intro)


@page(allowed_while_suspended=True)
def outcome(request: PageRequest, number: str) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        appealing.settle(request.actor, number, data)
        return gettext("The outcome has been recorded.")

    intro = gettext(
        "If the decision was changed or returned, the case goes back to the assessment to be carried out."
    )
    return _form(request, number, AppealOutcomeForm, gettext("Record the outcome"), act, intro=intro)


def _form(
    request: PageRequest,
    number: str,
    form_class: type[Form],
    heading: str,
    act: Callable[[dict[str, Any]], str],
    *,
    intro: str = "",
) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    form = form_class(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            messages.success(request, act(form.cleaned_data))
            return redirect("records_case", number)
    return edit_page(request, form, heading, parents(case), save=heading, intro=intro)
