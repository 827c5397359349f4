"""Delegation of decisions: who may decide what, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

from vardkase.core.clock import today
from vardkase.hub.office.delegation import queries, services
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.delegation.queries import DelegatedDecision
from vardkase.identity.accounts.four_eyes.parties import NAMES, OFFICERS, Party
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.office.forms import DecisionRightForm, EndRightForm, WithdrawRightForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

DECIDERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
READERS = (*DECIDERS, StaffRole.AUDITOR)


@page(staff=READERS)
def index(request: PageRequest) -> HttpResponseBase:
    decisions = [
        (each, [NAMES[party] for party in Party if party in each.action.approve & OFFICERS])
        for each in queries.delegation()
    ]
    if form := wanted_file(request):
        title = gettext("Delegation of decisions")
        rights = [line for each, duties in decisions for line in _lines(each, duties)]
        return list_file(request, form, "delegation", title, _columns(), rights)
    context = {
        **file_links(request),
        "decisions": decisions,
        "is_empty": not any(each.is_delegated or each.coming for each, _duties in decisions),
        "undecidable": queries.without_decider(),
        "may_change": not request.actor.staff.isdisjoint(DECIDERS),
        "duties": {party.value: NAMES[party] for party in OFFICERS},
    }
    return render(request, "office/delegation.html", context)


@page(staff=DECIDERS, writes=True)
def add(request: PageRequest) -> HttpResponse:
    initial = {"action": request.GET.get("action", ""), "first": today()}
    form = DecisionRightForm(request.POST or None, initial=initial)
    if form.is_valid():
        data = dict(form.cleaned_data)
        reason, user = data.pop("reason"), data.pop("user")
        with errors_shown_in(form):
            wanted = services.NewRight(**data, user_id=user)
            return proposed(request, services.propose_right(request.actor, wanted, reason))
    intro = gettext(
        "From the first day on, decisions of this kind can be made only by those to whom they are delegated."
    )
    return edit_page(
        request,
        form,
        gettext("Delegate a kind of decision"),
        _parents(),
        save=gettext("Propose"),
        intro=intro,
    )


@page(staff=DECIDERS, writes=True)
def end(request: PageRequest, pk: int) -> HttpResponse:
    right = queries.find_right(pk)
    form = EndRightForm(request.POST or None, initial={"last": today()})
    if form.is_valid():
        with errors_shown_in(form):
            data = form.cleaned_data
            return proposed(request, services.propose_end(request.actor, pk, data["last"], data["reason"]))
    heading = gettext("End the right")
    return edit_page(request, form, heading, _parents(), save=gettext("Propose"), intro=_in_words(right))


@page(staff=DECIDERS, writes=True)
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    right = queries.find_right(pk)
    form = WithdrawRightForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            return proposed(request, services.propose_withdrawal(request.actor, pk, reason))
    heading = gettext("Remove the right")
    return edit_page(request, form, heading, _parents(), save=gettext("Propose"), intro=_in_words(right))


type Line = tuple[str, str, DecisionRight | None]
"""A kind of decision, how it stands, and the right."""


def _lines(decision: DelegatedDecision, duties: Sequence[str | Promise]) -> Iterator[Line]:
    title = str(decision.action.title)
    if not decision.is_delegated:
        words = gettext("May be decided by: %(duties)s") % {"duties": ", ".join(map(str, duties))}
        yield title, words, None
    for rights, words in (
        (decision.today, gettext("In force")),
        (decision.coming, gettext("Coming")),
        (decision.ended, pgettext("delegated right", "Ended")),
    ):
        yield from ((title, words, right) for right in rights)


def _columns() -> Columns[Line]:
    return {
        gettext("Kind of decision"): lambda line: line[0],
        gettext("Status"): lambda line: line[1],
        gettext("Who decides"): lambda line: holder_in_words(line[2]) if line[2] else "",
        gettext("From"): lambda line: line[2].first if line[2] else None,
        gettext("Until"): lambda line: line[2].last if line[2] else None,
        gettext("Decision that delegates"): lambda line: line[2].source if line[2] else "",
        gettext("Proposed by"): lambda line: line[2].proposed_by if line[2] else "",
        gettext("Approved by"): lambda line: line[2].approved_by if line[2] else "",
    }


def _in_words(right: DecisionRight) -> str:
    titles = {each.name: str(each.title) for each in queries.delegable()}
    words = {"act": titles.get(right.action, right.action), "holder": holder_in_words(right)}
    return gettext("%(act)s: %(holder)s") % words


def holder_in_words(right: DecisionRight) -> str:
    return str(NAMES[Party(right.duty)]) if right.duty else right.holder


def _parents() -> list[Crumb]:
    return [(gettext("Delegation of decisions"), reverse("delegation"))]
