"""The requester follows a case by its private link: status, answers, copies, written decision, appeal."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.hub.case_files.appeals.queries import appeals_in
from vardkase.hub.case_files.queries import documents_of
from vardkase.hub.public_records.cases import letters, links, queries
from vardkase.hub.public_records.cases.filing import file_of
from vardkase.hub.public_records.cases.models import CaseState, RecordsAnswer, RecordsAnswerKind, RecordsCase
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER
from vardkase.hub.public_records.cases.services import answering, appealing
from vardkase.web.hub.membership.members.links import gone
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.hub.public_records.cases.case import document_file
from vardkase.web.hub.public_records.cases.forms import RequesterAppealForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

LINK = PrivateLink("records_follow", "records_follow_case", days=30)


@public_page
def open_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, LINK, links.case_opened_by, gone)


@private_page(LINK, gone)
def follow(request: HttpRequest, link: str) -> HttpResponse:
    case = links.case_opened_by(link)
    is_appeal = request.method == "POST" and posted.text(request, "act") == "appeal"
    form = RequesterAppealForm(request.POST if is_appeal else None)
    if request.method == "POST" and _acted(request, case, form):
        return redirect(LINK.target)
    answers = list(queries.answers_of(case))
    latest = next((one for one in answers if one.kind in letters.DECISIONS), None)
    context = {
        "case": case,
        "answers": answers,
        "readable": set(documents_of(file_of(case)).values_list("number", flat=True)),
        "unanswered": case.state in BEFORE_ANSWER,
        "may_want_decision": case.state == CaseState.DECIDED
        and not case.decision_wanted_at
        and bool(answers)
        and answers[0].kind == RecordsAnswerKind.ANSWER
        and _holds_back(answers[0]),
        "may_confirm": latest is not None and latest.served_on is None,
        "may_appeal": case.state == CaseState.DECIDED
        and latest is not None
        and letters.can_be_appealed(latest),
        "appeals": appeals_in(file_of(case)),
        "form": form,
        **words_at_the_foot(),
    }
    return render(request, "cases/follow.html", context, status=422 if form.errors else 200)


@public_page
def document(request: HttpRequest, document: int) -> HttpResponseBase:
    """Only what was sent to the requester: letters and release copies."""

    def found(_request: HttpRequest, link: str) -> HttpResponse:
        case = links.case_opened_by(link)
        answers = queries.answers_of(case)
        sent = [one for row in answers for one in (row.letter, row.copy_pdf, row.copy_json) if one]
        if document not in {one.number for one in sent}:
            raise Http404
        return cast(HttpResponse, document_file(case, document))

    return private_page(LINK, gone)(found)(request)


def _acted(request: HttpRequest, case: RecordsCase, form: Form) -> bool:
    visitor = visitor_of(request)
    act = posted.text(request, "act")
    if act == "appeal":
        if form.is_valid():
            with errors_shown_in(form):
                appealing.appeal_by_link(visitor, case, form.cleaned_data["text"])
                messages.success(request, gettext("We have received your appeal."))
        return not form.errors
    with errors_shown_as_message(request):
        if act == "decision":
            answering.want_decision_by_link(visitor, case)
            messages.success(request, gettext("We have received your request for a written decision."))
        elif act == "served":
            answering.confirm_service(visitor, case)
            messages.success(request, gettext("You have confirmed that you received the decision."))
    return True


def _holds_back(answer: RecordsAnswer) -> bool:
    has_conditions = any(one.get("condition") for one in answer.assessments.values())
    return letters.is_appealable(answer.outcome, has_conditions=has_conditions)
