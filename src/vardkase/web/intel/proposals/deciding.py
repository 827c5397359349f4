"""Accepting and discarding proposals, and withdrawing one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals import services
from vardkase.intel.proposals.conversation import comment_on_proposal
from vardkase.intel.proposals.decisions import reopen_proposals
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.queries import ProposalFilters, can_be_changed, find_proposal, proposal_ids
from vardkase.intel.queries.find import find_attribute_of, find_event
from vardkase.intel.queries.version_tokens import attribute_mark
from vardkase.intel.services.accepted_proposals import (
    accepted_undoably,
    reopen_accepted,
    take_acceptance_back,
)
from vardkase.intel.services.optimistic_edit import accept_with_changes
from vardkase.web.intel.editing.attributes import attribute_form, stored_fields
from vardkase.web.intel.editing.common import (
    attempt_unchanged,
    form_page,
    kept_mark,
    moment,
    own_event,
)
from vardkase.web.intel.editing.forms.attribute import AttributeForm
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.versions import differences
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo, with_link

PROPOSED = ("type", "category", "value", "comment")


@page(Permission.ADD, writes=True)
@require_POST
def accept(request: PageRequest, reference: str, proposal_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    return _decide(request, event, [proposal_id], is_accepted=True)


@page(Permission.ADD, writes=True)
@require_POST
def accept_fields(request: PageRequest, reference: str, proposal_id: int) -> HttpResponse:
    """Accept the ticked fields of a proposed change; the boxes of all proposals are in one form."""
    event = find_event(request.actor, reference)
    names = posted.texts(request, f"field-{proposal_id}")
    try:
        if find_proposal(request.actor, proposal_id).event_id != event.id:
            raise Http404
        done = accepted_undoably(
            request.actor,
            event.id,
            [proposal_id],
            lambda: services.accept_in_part(request.actor, proposal_id, names),
        )
    except NotFound:
        messages.error(request, str(ProposalProblem.GONE()))
    except Invalid as refused:
        messages.error(request, gettext("Nothing was accepted. %(why)s") % {"why": refused})
    else:
        said = gettext("The chosen fields of the proposal have been accepted.")
        _say_accepted(request, event, said, [proposal_id], done.point)
    return _back(request, event)


@page(Permission.ADD, writes=True)
@require_POST
def comment(request: PageRequest, reference: str, proposal_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    text = posted.text(request, f"comment-{proposal_id}")
    try:
        if find_proposal(request.actor, proposal_id).event_id != event.id:
            raise Http404
        comment_on_proposal(request.actor, proposal_id, text)
    except NotFound:
        messages.error(request, str(ProposalProblem.GONE()))
    except (Invalid, Conflict) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Your comment has been sent."))
    return _back(request, event, proposal_id)


@page(Permission.ADD, writes=True)
@require_POST
def discard(request: PageRequest, reference: str, proposal_id: int) -> HttpResponse:
    """Discard the proposal, or withdraw it if it is one's own."""
    event = find_event(request.actor, reference)
    return _decide(request, event, [proposal_id], is_accepted=False)


@page(Permission.ADD, writes=True)
@require_POST
def reopen(request: PageRequest, reference: str) -> HttpResponse:
    """Open again what the actor has decided. With `point`, or of one `accepted`, what accepting has changed is taken
    back."""
    event, ids = find_event(request.actor, reference), posted.numbers(request, "pk")
    point = next(iter(posted.numbers(request, "point")), None)
    accepted = next(iter(posted.numbers(request, "accepted")), None)
    try:
        if accepted is not None:
            count = reopen_accepted(request.actor, event.id, accepted)
        elif point is None:
            count = reopen_proposals(request.actor, event.id, ids)
        else:
            count = take_acceptance_back(request.actor, event.id, ids, point)
    except (NotFound, Conflict, Invalid) as refused:
        messages.error(request, str(refused))
    else:
        said = ngettext("%(n)s proposal is open again.", "%(n)s proposals are open again.", count)
        messages.success(request, said % {"n": thin(count)})
    return _back(request, event)


@page(Permission.ADD, writes=True)
@require_POST
def accept_selected(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    return _decide(request, event, posted.numbers(request, "pk"), is_accepted=True)


@page(Permission.ADD, writes=True)
@require_POST
def discard_selected(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    return _decide(request, event, posted.numbers(request, "pk"), is_accepted=False)


@page(Permission.ADD, writes=True)
def accept_all(request: PageRequest, reference: str) -> HttpResponse:
    return _decide_all(request, own_event(request.actor, reference), is_accepted=True)


@page(Permission.ADD, writes=True)
def discard_all(request: PageRequest, reference: str) -> HttpResponse:
    return _decide_all(request, own_event(request.actor, reference), is_accepted=False)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def edit(request: PageRequest, reference: str, proposal_id: int) -> HttpResponse:
    """Change a proposed change before it is accepted, in the form of the attribute."""
    event = own_event(request.actor, reference)
    proposal = find_proposal(request.actor, proposal_id)
    about = proposal.attribute
    if about is None or not can_be_changed(proposal, about, to_delete=proposal.to_delete):
        raise Http404
    # Raises NotFound if the proposal is for another event.
    attribute = find_attribute_of(request.actor, event, about.pk)
    stored = stored_fields(attribute)
    # A form that is sent compares with what is stored, since it tells times only if they differ from that.
    initial = stored if request.method == "POST" else stored | _proposed_fields(proposal)
    form = attribute_form(request, AttributeForm, initial=initial, in_object=attribute.object_id is not None)
    has_conflict = False
    if request.method == "POST":
        mark = posted.text(request, "mark")
        saved, has_conflict = attempt_unchanged(
            form,
            lambda: accepted_undoably(
                request.actor,
                event.id,
                [proposal.pk],
                lambda: accept_with_changes(request.actor, proposal.pk, form.document(), mark),
            ),
        )
        if saved is not None:
            form.drop_file()
            said = gettext("The proposal has been accepted with your changes.")
            _say_accepted(request, event, said, [proposal.pk], saved.point)
            return redirect("event_proposals", event.id)
    form.keep_file()
    context = {
        "heading": gettext("Accept the proposal with changes"),
        "event": event,
        "attribute": attribute,
        "mark": kept_mark(request, attribute_mark(attribute.id), has_conflict=has_conflict),
        "conflict": differences(form) if has_conflict else [],
        "stored_at": moment(attribute.timestamp * 1_000_000),
        "proposed_by": proposal.org,
    }
    return form_page(request, "editing/attribute_form.html", form, context, has_conflict=has_conflict)


def _decide_all(request: PageRequest, event: EventRow, *, is_accepted: bool) -> HttpResponse:
    filters = ProposalFilters(event_id=event.id, deleted=False)
    if request.method == "POST":
        # Only those that were there when the question was asked.
        until = next(iter(posted.numbers(request, "until")), 0)
        ids = proposal_ids(request.actor, ProposalFilters(event_id=event.id, deleted=False, until=until))
        return _decide(request, event, ids, is_accepted=is_accepted)
    ids = proposal_ids(request.actor, filters)
    if not ids:
        return redirect("event_proposals", event.id)
    heading = gettext("Accept all proposals") if is_accepted else gettext("Discard all proposals")
    context = {
        "heading": heading,
        "event": event,
        "count": len(ids),
        "until": max(ids),
        "is_accepted": is_accepted,
    }
    return render(request, "proposals/decide_all.html", context)


def _decide(request: PageRequest, event: EventRow, ids: list[int], *, is_accepted: bool) -> HttpResponse:
    try:
        if is_accepted:
            _accept(request, event, ids)
        elif services.discard_proposals(request.actor, event.id, ids):
            said = _said(len(ids), is_accepted=False)
            say_with_undo(request, said, "proposals_reopen", event.id, **_reopening(request, ids))
    except NotFound:
        # Somebody else was quicker; what is still open is on the next page.
        messages.error(request, str(ProposalProblem.GONE()))
    except Invalid as refused:
        messages.error(request, gettext("Nothing was accepted. %(why)s") % {"why": refused})
    return _back(request, event)


def _accept(request: PageRequest, event: EventRow, ids: list[int]) -> None:
    done = accepted_undoably(
        request.actor, event.id, ids, lambda: services.accept_proposals(request.actor, event.id, ids)
    )
    if done.result:
        _say_accepted(request, event, _said(done.result, is_accepted=True), ids, done.point)


def _say_accepted(
    request: PageRequest, event: EventRow, said: str, ids: list[int], point: int | None
) -> None:
    """With a button that takes it back, and a link to publish it, since others cannot read the event until then."""
    now = find_event(request.actor, event.id)
    is_unpublished = event.publish_timestamp and not now.published
    if is_unpublished and rules.may_publish_event(request.actor, now):
        said = with_link(said, gettext("Publish changes"), reverse("event_publish", args=[event.id]))
    if point is None:
        messages.success(request, said)
    else:
        fields = _reopening(request, ids) | {"point": str(point)}
        say_with_undo(request, said, "proposals_reopen", event.id, **fields)


def _reopening(request: PageRequest, ids: list[int]) -> dict[str, Any]:
    fields: dict[str, Any] = {"pk": [str(pk) for pk in ids]}
    if to_list := posted.text(request, "to_list"):
        fields["to_list"] = to_list
    return fields


def _back(request: PageRequest, event: EventRow, proposal_id: int | None = None) -> HttpResponse:
    place = "" if proposal_id is None else f"#proposal-{proposal_id}"
    if to_list := posted.text(request, "to_list"):
        return redirect(reverse("proposals") + ("?show=made" if to_list == "made" else "") + place)
    return redirect(reverse("event_proposals", args=[event.id]) + place)


def _said(count: int, *, is_accepted: bool) -> str:
    if is_accepted:
        words = ngettext("%(n)s proposal has been accepted.", "%(n)s proposals have been accepted.", count)
    else:
        words = ngettext("%(n)s proposal has been discarded.", "%(n)s proposals have been discarded.", count)
    return words % {"n": thin(count)}


def _proposed_fields(proposal: Proposal) -> dict[str, Any]:
    seen = {name: moment(getattr(proposal, name)) for name in ("first_seen", "last_seen")}
    return {
        **{name: getattr(proposal, name) for name in PROPOSED},
        **seen,
        "to_ids": "1" if proposal.to_ids else "0",
    }
