"""shadow_attributes/*: proposals to event owners, and their exchange between instances."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.analysis.search.event_index import event_index_query
from vardkase.analysis.search.filter_values import deleted_flags
from vardkase.api.answers import Json, Stream, Text, Toggled, named, toggled
from vardkase.api.attachment_answers import attachment
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import (
    AnyFlag,
    AnyText,
    Anything,
    Base64,
    DeletedParts,
    Flag,
    Mandatory,
    Reference,
    Seen,
    Since,
    Uuid,
    Value,
)
from vardkase.api.inputs import Body, JsonArray, Params, Upload, field
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.api.value_formats import array, seen
from vardkase.core.body_limits import BodyLimits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_parts
from vardkase.formats.misp_json import chosen_ids, event_index, proposal_rows
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.proposals import services
from vardkase.intel.proposals.documents import read_proposals
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.queries import ProposalFilters, find_proposal, proposals_query
from vardkase.intel.proposals.receiving import receive_proposals
from vardkase.intel.queries.find import find_event
from vardkase.misp.flags import as_int
from vardkase.misp.time import parse_time_filter

PROFILES = EVERY

NOT_TO_ACCEPT = "Proposal not found or you are not authorised to accept it."
NOT_TO_DISCARD = "Proposal not found or you are not authorised to discard it."
SAVED_MEMBERS = (
    "id", "old_id", "event_id", "type", "category", "comment", "to_ids", "uuid", "event_org_id", "email",
    "deleted", "timestamp", "first_seen", "last_seen", "value",
)  # fmt: skip
VIEW_MEMBERS = (
    "id", "old_id", "event_id", "type", "category", "uuid", "to_ids", "comment", "org_id", "first_seen",
    "last_seen", "value",
)  # fmt: skip


class ProposedChange(Body, kw_only=True):
    model = "ShadowAttribute"

    type: AnyText = None
    value: Value = None
    category: AnyText = None
    to_ids: AnyFlag = None
    comment: AnyText = None
    uuid: Uuid = None
    first_seen: Seen = None
    last_seen: Seen = None
    data: Base64 = None


class ProposalBody(ProposedChange, kw_only=True):
    type: Mandatory[AnyText] = None
    value: Mandatory[Value] = None


class ProposedFile(Params, kw_only=True):
    malware: Flag = False


class ChosenProposals(Params, kw_only=True):
    id: Anything = None


class ProposalList(Paging, kw_only=True):
    event_id: Reference = field(name="eventId", default="")
    timestamp: Since = None
    deleted: DeletedParts = None


@endpoint(
    "shadow_attributes/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Propose a new attribute to the owner of an event.",
        url="/shadow_attributes/add/[event_id]",
    ),
)
def add(call: Call, event_id: str, *, body: ProposalBody) -> Json:
    """Propose a new attribute."""
    return _propose(call.actor, event_id, body.sent)


@endpoint(
    "shadow_attributes/add_attachment", body=BodyLimits.DOCUMENT, requires=(Permission.ADD,), writes=True
)
def add_attachment(
    call: Call, event_id: str, *, body: ProposedChange, params: ProposedFile, upload: Upload
) -> Json:
    """Propose an attachment, or with ``malware=1`` a sample, uploaded in a form."""
    name, content = upload.document
    kind = "malware-sample" if params.malware else "attachment"
    file = {"value": name, "type": kind, "data": base64.b64encode(content).decode(), "encrypt": True}
    return _propose(call.actor, event_id, {**body.sent, **file})


@endpoint(
    "shadow_attributes/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Propose that an attribute read otherwise; what is not sent would stay.",
        url="/shadow_attributes/edit/[attribute_id]",
    ),
)
def edit(call: Call, attribute_id: str, *, body: ProposedChange) -> Json:
    """Propose a change to an attribute."""
    try:
        proposal = services.propose_change(call.actor, attribute_id, body.sent)
    except NotFound as missing:
        raise MispError(404, "Invalid Attribute") from missing
    except Invalid as refused:
        raise _not_saved(refused) from refused
    return _saved_proposal(call.actor, proposal)


@endpoint("shadow_attributes/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, attribute_id: str) -> Toggled:
    """Propose to delete an attribute."""
    try:
        services.propose_deletion(call.actor, attribute_id)
    except NotFound as missing:
        raise MispError(404, "Invalid Attribute") from missing
    return toggled("The proposal to delete the attribute has been saved")


@endpoint("shadow_attributes/accept", requires=(Permission.ADD,), writes=True)
def accept(call: Call, proposal_id: str) -> Json:
    """Accept a proposal and apply it."""
    try:
        proposal = services.accept_proposal(call.actor, proposal_id)
    except NotFound as missing:
        # One status for a proposal that does not exist and one that is not the caller's to accept.
        raise MispError(405, NOT_TO_ACCEPT) from missing
    is_new = proposal.attribute_id is None
    text = "Proposal accepted." if is_new else "Proposed change accepted."
    return named(text, f"{call.base_url}/shadow_attributes/accept/{proposal_id}")


@endpoint("shadow_attributes/accept_selected", requires=(Permission.ADD,), writes=True)
def accept_selected(call: Call, event_id: str, *, params: ChosenProposals) -> Toggled:
    """Accept several proposals of one event, all or none: ``{"id": [1, 2]}`` or ``{"id": "all"}``."""
    count = services.accept_proposals(call.actor, _event(call.actor, event_id).id, _selected_ids(params.id))
    return toggled(f"{count} proposal(s) accepted.")


@endpoint("shadow_attributes/discard", requires=(Permission.ADD,), writes=True)
def discard(call: Call, proposal_id: str) -> Json:
    """Decline a proposal, or withdraw the caller's own."""
    try:
        services.discard_proposal(call.actor, proposal_id)
    except NotFound as missing:
        raise MispError(405, NOT_TO_DISCARD) from missing
    return named("Proposal discarded.", f"{call.base_url}/shadow_attributes/discard/{proposal_id}")


@endpoint("shadow_attributes/discard_selected", requires=(Permission.ADD,), writes=True)
def discard_selected(call: Call, event_id: str, *, params: ChosenProposals) -> Toggled:
    """Decline several proposals of one event: ``{"id": [1, 2]}`` or ``{"id": "all"}``."""
    count = services.discard_proposals(call.actor, _event(call.actor, event_id).id, _selected_ids(params.id))
    return toggled(f"{count} proposal(s) discarded.")


@endpoint("shadow_attributes/index")
def index(call: Call, event_id: str = "", *, params: ProposalList) -> Stream:
    """List proposals, also decided ones, of all events or one."""
    event = event_id or params.event_id
    since = params.timestamp
    states = frozenset((True, False)) if params.deleted is None else deleted_flags(params.deleted)
    filters = ProposalFilters(
        event_id=find_event(call.actor, event).id if event else None,
        since=None if since in (None, "") else parse_time_filter(since, now_seconds()),
        deleted=None if len(states) > 1 else True in states,
    )
    ids = params.of(chosen_ids(proposals_query(call.actor, filters)), STREAMED)
    record_parts(call.actor, FetchChannel.API, "proposal", ids)
    return Stream(array(proposal_rows(call.actor, ids)))


@endpoint("shadow_attributes/view", answers="ShadowAttribute")
def view(call: Call, proposal_id: str) -> Json:
    """Return one open proposal."""
    proposal = find_proposal(call.actor, proposal_id)
    record_parts(call.actor, FetchChannel.API, "proposal", [proposal.pk])
    return Json({"ShadowAttribute": _body(proposal, VIEW_MEMBERS)})


@endpoint("shadow_attributes/download")
@endpoint("shadow_attributes/view_picture")
def download(call: Call, proposal_id: str) -> Text:
    """Return the proposed attachment."""
    proposal = find_proposal(call.actor, proposal_id)
    record_parts(call.actor, FetchChannel.API, "proposal", [proposal.pk])
    return attachment(proposal)


@endpoint(
    "events/push_proposals", body=BodyLimits.DOCUMENT, requires=(Permission.SYNC, Permission.ADD), writes=True
)
def push(call: Call, event_id: str, *, proposals: JsonArray) -> Json:
    """Store a peer's proposals for an event, those that are new or newer."""
    event = _event(call.actor, event_id)
    count = receive_proposals(call.actor, event.id, read_proposals(call.actor, proposals))
    text = f"{count} proposal(s) added." if count else "Nothing to update."
    return Json({"success": True, "message": text, "counter": count})


@endpoint("events/checkuuid", requires=(Permission.SYNC,))
def checkuuid(call: Call, event_id: str) -> Json:
    """Check whether an event exists (404 if not); peers call this before they push proposals."""
    event = find_event(call.actor, event_id)
    return Json({"id": str(event.id), "uuid": str(event.uuid)})


@endpoint("events/proposal_event_index")
def proposal_event_index(call: Call, *, params: Paging) -> Stream:
    """List the events of the caller's organisation (for site administrators, all events) with open proposals."""
    own = {} if call.actor.is_site_admin else {"org": str(call.actor.organisation_id)}
    ids = chosen_ids(event_index_query(call.actor, {"hasproposal": 1, **own}))
    return Stream(
        event_index(call.actor, params.of(ids, STREAMED)), headers={"X-Result-Count": str(len(ids))}
    )


def _event(actor: Actor, event_id: str) -> EventRow:
    try:
        return find_event(actor, event_id)
    except NotFound as missing:
        raise MispError(404, "Invalid Event") from missing


def _propose(actor: Actor, event_id: str, data: Mapping[str, Any]) -> Json:
    event = _event(actor, event_id)
    try:
        return _saved_proposal(actor, services.propose_attribute(actor, event.id, data))
    except Invalid as refused:
        raise _not_saved(refused) from refused


def _saved_proposal(actor: Actor, proposal: Proposal) -> Json:
    extra = {"email": actor.name}
    return Json({"ShadowAttribute": _body(proposal, SAVED_MEMBERS, extra)})


def _not_saved(refused: Invalid) -> MispError:
    if isinstance(refused.errors, Problem):
        return MispError(405, refused.errors.wire)
    errors = "".join(f"[{field}]: {problems[0].wire}\n" for field, problems in refused.errors.items())
    # 404 and one text with a line for each field, where other entities return field errors with 403.
    return MispError(404, f"Could not save the proposal. Errors: {errors}")


def _selected_ids(selection: Any) -> Sequence[int] | None:
    if selection == "all":
        return None
    numbers = [as_int(item) for item in (selection if isinstance(selection, list) else [selection])]
    if not numbers or any(number is None for number in numbers):
        raise MispError(400, 'Name the proposals: {"id": [1, 2]}, or {"id": "all"}.')
    return [number for number in numbers if number is not None]


def _body(
    proposal: Proposal, members: Sequence[str], extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    about_new = proposal.attribute_id is None
    every: dict[str, Any] = {
        "id": str(proposal.pk),
        "old_id": str(proposal.attribute_id or 0),
        "event_id": str(proposal.event_id),
        "type": proposal.type,
        "category": proposal.category,
        "comment": proposal.comment,
        "to_ids": proposal.to_ids,
        "uuid": str(proposal.uuid),
        "org_id": str(proposal.org_id),
        "event_org_id": str(proposal.event.org_id if about_new else proposal.event.orgc_id),
        "deleted": proposal.deleted,
        "timestamp": str(proposal.timestamp),
        "first_seen": seen(proposal.first_seen),
        "last_seen": seen(proposal.last_seen),
        "value": proposal.value,
        **(extra or {}),
    }
    return {name: every[name] for name in members}
