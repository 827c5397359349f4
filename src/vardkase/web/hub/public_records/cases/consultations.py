"""Consulting members from a case: whom, for how long, and what they answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.services import consulting
from vardkase.hub.public_records.cases.settings import CONSULTATION_HOURS
from vardkase.web.hub.case_files.uploads import sent_file
from vardkase.web.hub.public_records.cases.forms import AnswerByHandForm, HoursForm
from vardkase.web.hub.public_records.cases.presenters import is_unanswered
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.mail_messages import say_sent
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def consult(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    form = HoursForm(request.POST or None, initial={"hours": CONSULTATION_HOURS.value})
    if form.is_valid():
        with errors_shown_in(form, fields={"organisations": "hours"}):
            chosen = posted.numbers(request, "organisation")
            made = consulting.consult(request.actor, number, chosen, form.cleaned_data["hours"])
            words = ngettext("%(n)s member was consulted.", "%(n)s members were consulted.", len(made))
            messages.success(request, words % {"n": len(made)})
            if unreached := ", ".join(each.organisation.name for each in made if not each.mails):
                instead = gettext("No e-mail was sent to %(names)s: phone them and record their answers.")
                messages.warning(request, instead % {"names": unreached})
            return redirect("records_case", number)
    context = {"case": case, "form": form, "concerned": consulting.concerned(case)}
    return render(request, "cases/consult.html", context, status=422 if form.errors else 200)


@page(allowed_while_suspended=True, body=BodyLimits.FILES)
def view(request: PageRequest, number: str, pk: int) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    consultation = first_or_not_found(
        queries.consultations_of(case).filter(pk=pk), RecordsProblem.NOT_CONCERNED()
    )
    form = AnswerByHandForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        given |= sent_file(given.pop("file"))
        with errors_shown_in(form):
            consulting.answer_by_hand(request.actor, number, pk, given)
            messages.success(request, gettext("The answer has been recorded."))
            return redirect("records_consultation", number, pk)
    context = {
        "case": case,
        "consultation": consultation,
        "form": form,
        "may_answer": case.state in consulting.MAY_RECORD and not consultation.answered_at,
        "is_late": not is_unanswered(case),
    }
    return render(request, "cases/consultation.html", context, status=422 if form.errors else 200)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def remind(request: PageRequest, number: str, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        consulting.remind(request.actor, number, pk)
        instead = gettext("Contact the member in another way, for example by phone.")
        say_sent(request, gettext("A reminder has been sent."), instead)
    return redirect("records_consultation", number, pk)
