"""Conditions and exceptions of a member: decided and followed up by officers, answered by the member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.body_limits import BodyLimits
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import given_out
from vardkase.hub.membership.conditions import deciding, queries, services
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.rules import CONDITION, officers_steps
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import find_membership, is_reserved
from vardkase.hub.membership.members.rules import conflict_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.case_files.uploads import sent_file
from vardkase.web.hub.membership.conditions.forms import (
    ConditionAnswerForm,
    ConditionsForm,
    NewDayForm,
    SaidReasonForm,
)
from vardkase.web.hub.membership.conditions.presenters import heading, shown
from vardkase.web.hub.membership.members.presenters import open_hearings
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.mail_messages import say_sent, tell_the_member
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)


@page(staff=OFFICER, writes=True)
def propose(request: PageRequest, pk: int) -> HttpResponse:
    membership = find_membership(request.actor, pk)
    form = ConditionsForm(request.POST or None)
    if not is_reserved(membership):
        form.leave_out_reservation()
    if form.is_valid():
        with errors_shown_in(form):
            made = deciding.propose_conditions(
                request.actor, pk, form.cleaned_data["reason"], form.conditions(), form.rest()
            )
            return proposed(request, made)
    context = {
        "form": form,
        "organisation": membership.organisation,
        "language": membership.language,
        "hearings": open_hearings(membership),
    }
    return render(request, "conditions/new.html", context, status=422 if form.errors else 200)


@page(staff=OFFICERS)
def view(request: PageRequest, pk: int, condition: int) -> HttpResponse:
    found = queries.find_condition(request.actor, pk, condition)
    acts = not request.actor.staff.isdisjoint(OFFICER) and not conflict_of(request.actor, found.membership)
    steps = [
        (name, STEPS[name][0])
        for name in officers_steps(found.state, found.day, is_exception=found.is_exception)
        if acts
    ]
    context = shown(found) | {"steps": steps, "conflict": conflict_of(request.actor, found.membership) or ""}
    return render(request, "conditions/condition.html", context)


@page(staff=OFFICER, writes=True)
def step(request: PageRequest, pk: int, condition: int, name: str) -> HttpResponse:
    found = queries.find_condition(request.actor, pk, condition)
    if name not in STEPS:
        raise Http404
    title, kind, take, intro = STEPS[name]
    form = kind(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            done = take(request.actor, pk, condition, form.cleaned_data)
            if isinstance(done, ApprovalRequest):
                return proposed(request, done)
            say_sent(request, gettext("Done. The member has been told by e-mail."), tell_the_member())
            return redirect("member_condition", pk, condition)
    parents = [_member(found.membership), (heading(found), reverse("member_condition", args=[pk, condition]))]
    return edit_page(
        request, form, str(title), parents, save=str(title), intro=str(intro), things=[found.text]
    )


@page(allowed_while_suspended=True, body=BodyLimits.FILES)
def own(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_condition(request.actor, request.actor.organisation_id, pk)
    answers = request.actor.may(Permission.ADMIN) and not found.is_exception
    form = ConditionAnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        answer = Answer(text=form.cleaned_data["text"], **sent_file(form.cleaned_data["file"]))
        with errors_shown_in(form):
            services.answer(request.actor, pk, answer)
            messages.success(request, gettext("We have received your answer."))
            return redirect("membership_condition", pk)
    may_answer = answers and CONDITION.may(found.state, "answer")
    context = shown(found) | {"own": True, "form": form if may_answer else None}
    return render(request, "conditions/condition.html", context, status=422 if form.errors else 200)


@page(allowed_while_suspended=True)
def own_document(request: PageRequest, pk: int, number: int) -> HttpResponseBase:
    found = queries.find_condition(request.actor, request.actor.organisation_id, pk)
    document: CaseDocument = first_or_not_found(
        queries.documents_of(found).filter(number=number), CaseFileProblem.NO_SUCH_DOCUMENT()
    )
    name = document.file_name or f"{document.case_file.number}-{document.number}.txt"
    return download([given_out(document)], name, document.media_type)


type Done = MemberCondition | ApprovalRequest
type Take = Callable[[Actor, int, int, dict[str, Any]], Done]
STEPS: dict[str, tuple[Promise, type[forms.Form], Take, Promise]] = {
    "accept": (
        _("Accept as met"), SaidReasonForm,
        lambda actor, pk, condition, data: services.accept(actor, pk, condition, data["reason"]),
        _("The condition is closed, and the member is told by e-mail."),
    ),
    "ask_again": (
        _("Ask again with a new date"), NewDayForm,
        lambda actor, pk, condition, data: services.ask_again(
            actor, pk, condition, data["reason"], data["day"]
        ),
        _("Say what is missing. The member answers again, and is reminded before the new date."),
    ),
    "extend": (
        _("Extend the exception"), NewDayForm,
        lambda actor, pk, condition, data: deciding.propose_extension(
            actor, pk, condition, data["reason"], data["day"]
        ),
        _("Another officer approves it, and the member is told by letter."),
    ),
    "end": (
        _("End it"), SaidReasonForm,
        lambda actor, pk, condition, data: services.end(actor, pk, condition, data["reason"]),
        _("A condition that is no longer needed, or an exception whose last day has passed."),
    ),
}  # fmt: skip


def _member(membership: Membership) -> Crumb:
    return membership.organisation.name, reverse("member", args=[membership.organisation_id])
