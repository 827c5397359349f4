"""The page where hub staff declare a conflict of interest in an application or membership."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from vardkase.core.problems import Problem
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.access import interest_of, other_officers_without_interest
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services import partiality
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.rules import conflict_of
from vardkase.hub.profiles import Profile
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.web.hub.membership.assessments.forms import PartialityForm
from vardkase.web.ui.pages import PageRequest, page

PROFILES = Profile.HUB

NEEDED = 2
"""How many officers a decision takes."""


@page(staff=OFFICERS, writes=True)
def of_application(request: PageRequest, number: str) -> HttpResponse:
    """Answer whether one is partial in an application."""
    application = queries.find(request.actor, number)

    def declare(reason: str, is_partial: bool) -> Collection[ApprovalRequest]:
        return partiality.declare_in_application(request.actor, application, reason, partial=is_partial)

    context = {"application": application}
    return _answered(
        request, declare, lambda who: interest_of(who, application), ("application", number), context
    )


@page(staff=partiality.HANDLERS, writes=True, allowed_while_suspended=True)
def of_member(request: PageRequest, pk: int) -> HttpResponse:
    """Answer whether one is partial in a membership, its statements and its requests."""
    membership = find_membership(request.actor, pk)

    def declare(reason: str, is_partial: bool) -> Collection[ApprovalRequest]:
        return partiality.declare_in_membership(request.actor, pk, reason, partial=is_partial)[1]

    context = {"organisation": membership.organisation}
    return _answered(request, declare, lambda who: conflict_of(who, membership), ("member", pk), context)


def _answered(
    request: PageRequest,
    declare: Callable[[str, bool], Collection[ApprovalRequest]],
    interest: Callable[[Actor], Problem | None],
    back: tuple[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    form = PartialityForm(request.POST or None)
    if form.is_bound and form.is_valid():
        is_partial = form.cleaned_data["partial"] == "1"
        ended = declare(form.cleaned_data["reason"], is_partial)
        messages.success(request, _said(len(ended)) if is_partial else gettext("Your answer has been saved."))
        return redirect(*back)
    is_officer = not request.actor.staff.isdisjoint(OFFICERS)
    left = other_officers_without_interest(request.actor, interest) if is_officer else NEEDED
    context |= {"form": form, "left": left, "is_too_few": left < NEEDED}
    return render(
        request, "assessments/conflict_of_interest.html", context, status=422 if form.is_bound else 200
    )


def _said(ended: int) -> str:
    message = gettext("You take no further part in this case.")
    if not ended:
        return message
    more = ngettext(
        "%(count)s of your proposals no longer counts.",
        "%(count)s of your proposals no longer count.",
        ended,
    )
    return f"{message} {more % {'count': ended}}"
