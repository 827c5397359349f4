"""A member comments before a decision against it: asked by an officer, answered on its own page or recorded by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import NotFound
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.hearings.queries import hearings_of
from vardkase.hub.case_files.hearings.services import Answer, default_answer_by, record_answer
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import documents_of, given_out
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.cases import open_case
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.services import hearings
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.case_files.forms import CommentForm, RecordedCommentForm
from vardkase.web.hub.case_files.uploads import sent_file
from vardkase.web.hub.membership.members.forms import HearForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)


@page(staff=OFFICER, writes=True, body=BodyLimits.FILES)
def hear(request: PageRequest, pk: int) -> HttpResponse:
    membership = queries.find_membership(request.actor, pk)
    case_file = open_case(membership)
    form = HearForm(
        documents_of(case_file) if case_file else (),
        request.POST or None,
        request.FILES or None,
        initial={"answer_by": default_answer_by()},
    )
    if form.is_valid():
        given = dict(form.cleaned_data)
        with errors_shown_in(form):
            asked = hearings.hear(
                request.actor,
                pk,
                given["intended"],
                given["reason"],
                answer_by=given["answer_by"],
                documents=given.get("documents", ()),
                attachment=Answer(**sent_file(given["file"])),
            )
            day = date_format(asked.answer_by, "j F Y")
            messages.success(request, gettext("The member has until %(day)s to comment.") % {"day": day})
            return redirect("member", pk)
    intro = gettext(
        "The member receives a letter and an e-mail, and answers on its own page. The decision can be proposed when it "
        "has answered, or when its time to answer has passed."
    )
    return edit_page(
        request,
        form,
        gettext("Ask the member to comment"),
        [_member(membership)],
        save=gettext("Send the letter"),
        intro=intro,
    )


@page(staff=OFFICER, writes=True, body=BodyLimits.FILES)
def record(request: PageRequest, pk: int, hearing: int) -> HttpResponse:
    """File an answer that came by post, by mail or in person."""
    membership = queries.find_membership(request.actor, pk)
    asked = _hearing(membership, hearing)
    form = RecordedCommentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        answer = Answer(text=given["text"], **sent_file(given["file"]))
        with errors_shown_in(form):
            record_answer(request.actor, asked.pk, given["who"], answer, given["occurred_at"])
            messages.success(request, gettext("The comments are in the case."))
            return redirect("member", pk)
    return edit_page(request, form, gettext("Record the member’s comments"), [_member(membership)])


@page(Permission.ADMIN, allowed_while_suspended=True, body=BodyLimits.FILES)
def own(request: PageRequest, pk: int) -> HttpResponse:
    asked = hearings.own_hearing(request.actor, pk)
    form = CommentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        answer = Answer(text=form.cleaned_data["text"], **sent_file(form.cleaned_data["file"]))
        with errors_shown_in(form):
            hearings.answer(request.actor, pk, answer)
            messages.success(request, gettext("We have received your comments."))
            return redirect("membership_hearing", pk)
    context = {
        "hearing": asked,
        "intended": hearings.INTENDED[asked.intended],
        "form": form,
        "answers": [each.document for each in asked.answers.all()],
    }
    return render(request, "members/hearing.html", context, status=422 if form.errors else 200)


@page(Permission.ADMIN, allowed_while_suspended=True)
def own_document(request: PageRequest, pk: int, number: int) -> HttpResponseBase:
    found = hearings.own_document(request.actor, pk, number)
    name = found.file_name or f"{found.case_file.number}-{found.number}.txt"
    return download([given_out(found)], name, found.media_type)


def _hearing(membership: Membership, pk: int) -> Hearing:
    case_file = open_case(membership)
    found = hearings_of(case_file).filter(pk=pk).first() if case_file else None
    if found is None:
        raise NotFound(CaseFileProblem.NO_SUCH_HEARING())
    return found


def _member(membership: Membership) -> Crumb:
    return membership.organisation.name, reverse("member", args=[membership.organisation_id])
