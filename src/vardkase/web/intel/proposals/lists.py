"""Proposals of an event, those that wait for the reader's organisation, and those that it has made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from vardkase.core.paging import Page
from vardkase.identity.access.actor import Actor
from vardkase.intel.proposals.conversation import comments_on
from vardkase.intel.proposals.models import ProposalOutcome
from vardkase.intel.proposals.queries import ProposalFilters, ProposalLine, find_proposal, proposal_lines
from vardkase.intel.queries.find import BIGGEST_ID, find_event
from vardkase.intel.queries.last_version import ChangingEvent, changing_events
from vardkase.web.intel.events.downloads import archived
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.proposals.presenters import ShownProposal
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page, page_links, wanted_place, wanted_size

MOST_CHANGING = 500
"""Events being changed whose titles are looked up for a page of proposals."""


@page()
def of_event(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    is_decided = request.GET.get("show") == "decided"
    text = request.GET.get("attribute", "")
    filters = ProposalFilters(
        event_id=shell.event.id,
        deleted=is_decided,
        attribute_id=int(text) if text.isdecimal() and len(text) < len(str(BIGGEST_ID)) else None,
    )
    found = proposal_lines(request.actor, filters, wanted_place(request), wanted_size(request))
    context = {
        **shell_context(shell, "event_proposals"),
        **_listed(request, found),
        "is_decided": is_decided,
        "is_of_one": filters.attribute_id is not None,
        "choices": [("open", pgettext("proposals", "Open")), ("decided", pgettext("proposals", "Decided"))],
        "all_url": first_page(request, attribute=None),
    }
    return render(request, "proposals/of_event.html", context)


@page()
def every(request: PageRequest) -> HttpResponse:
    own = request.actor.organisation_id
    is_made = request.GET.get("show") == "made"
    by_itself = "all" if is_made else "open"
    asked = request.GET.get("state", "")
    state = asked if asked in dict(_states()) else by_itself
    filters = ProposalFilters(
        deleted=None if state == "all" else state != "open",
        organisation_id=own if is_made else None,
        creator_id=None if is_made else own,
        outcome=ProposalOutcome(state) if state in ProposalOutcome else None,
    )
    found = proposal_lines(
        request.actor, filters, wanted_place(request), wanted_size(request), keeps_own=is_made
    )
    context = {
        **_listed(request, found),
        "heading": pgettext("event", "Proposals"),
        "is_made": is_made,
        "states": _states(),
        "state": state,
        "is_filtered": state != by_itself,
        "all_url": first_page(request, state="all"),
        "tabs": [
            {"label": gettext("On our events"), "url": "?", "current": not is_made},
            {"label": gettext("Made by us"), "url": "?show=made", "current": is_made},
        ],
    }
    return render(request, "proposals/every.html", context)


def _states() -> list[tuple[str, str]]:
    return [
        ("all", pgettext("proposals", "All")),
        ("open", pgettext("proposals", "Open")),
        ("decided", pgettext("proposals", "Decided")),
        (ProposalOutcome.ACCEPTED, pgettext("proposals", "Accepted")),
        (ProposalOutcome.PARTLY_ACCEPTED, pgettext("proposals", "Accepted in part")),
        (ProposalOutcome.CHANGED, pgettext("proposals", "Accepted with changes")),
        (ProposalOutcome.DISCARDED, pgettext("proposals", "Discarded")),
        (ProposalOutcome.WITHDRAWN, pgettext("proposals", "Withdrawn")),
    ]


@page()
def file(request: PageRequest, reference: str, proposal_id: int) -> HttpResponseBase:
    """The proposed attachment or sample, in a zip with the password "infected"."""
    event = find_event(request.actor, reference)
    proposal = find_proposal(request.actor, proposal_id)
    if proposal.event_id != event.id or not proposal.data_sha256:
        raise Http404
    return archived(request.actor, event.id, proposal)


def _listed(request: PageRequest, found: Page[ProposalLine]) -> dict[str, Any]:
    said = comments_on(request.actor, [line.id for line in found.rows])
    changing = _changing(request.actor, found.rows)
    shown = [
        ShownProposal(request.actor, line, said.get(line.id, ()), changing.get(line.event.id))
        for line in found.rows
    ]
    return {
        "proposals": shown,
        "can_decide": any(proposal.may_decide for proposal in shown),
        **page_links(request, found),
    }


def _changing(actor: Actor, lines: Sequence[ProposalLine]) -> dict[int, ChangingEvent]:
    """Of the events that the actor cannot read as they are, those that have a last version to read."""
    if all(line.is_readable for line in lines):
        return {}
    return {each.event_id: each for each in changing_events(actor, 0, MOST_CHANGING)}
