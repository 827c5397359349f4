"""eventDelegations/*: asking another organisation to publish an event in its own name."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyReference, AnyText, Distribution, Mandatory, SharingGroup, Text
from vardkase.api.inputs import Body
from vardkase.api.organisations.organisations import organisation_reference
from vardkase.api.paging import LARGEST, STREAMED, Paging
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.services import TooManyMessages
from vardkase.formats.misp_json import event_index
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_delegations import services
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.event_delegations.queries import PENDING, delegations, find_delegation
from vardkase.intel.queries.attribute_counts import attribute_counts
from vardkase.intel.queries.find import find_event

PROFILES = EVERY

ABOUT_DELEGATE = Description(
    "POST an EventDelegation object to this API to ask another organisation to take over an event that is for "
    "your organisation only. With the distribution -1 the organisation that accepts decides how far it reaches.",
    url="/eventDelegations/delegateEvent/[event_id]",
)
ABOUT_ACCEPT = Description(
    "POST to this API to take over the event of a delegation request.",
    url="/eventDelegations/acceptDelegation/[delegation_id]",
)


class DelegationList(Paging, kw_only=True):
    context: Text = ""


class AcceptanceBody(Body, kw_only=True):
    model = "EventDelegation"

    distribution: Distribution = None
    sharing_group_id: SharingGroup = None


class DelegationBody(AcceptanceBody, kw_only=True):
    org_id: Mandatory[AnyReference] = None
    message: AnyText = None


@endpoint("event_delegations/index")
def index(call: Call, *, params: DelegationList) -> Json:
    """List open requests to or from the caller's organisation; ``context`` "pending" or "issued" selects one
    kind."""
    requests = delegations(call.actor, params.context)
    ids = params.of(list(requests.values_list("pk", flat=True)), LARGEST)
    return Json([_document(call.actor, request) for request in requests.filter(pk__in=ids)])


@endpoint("event_delegations/view")
def view(call: Call, delegation_id: str) -> Json:
    """Return one delegation request."""
    services.require_delegation()
    return Json(_document(call.actor, find_delegation(call.actor, delegation_id)))


@endpoint(
    "event_delegations/delegateEvent", requires=(Permission.DELEGATE,), writes=True, describes=ABOUT_DELEGATE
)
def delegate_event(call: Call, event_id: str, *, body: DelegationBody) -> Json:
    """Ask another organisation to take over an event."""
    services.require_delegation()
    event = find_event(call.actor, event_id)
    try:
        request = services.delegate_event(call.actor, event.id, body.sent)
    except Invalid as refused:
        raise SaveFailed("delegate Event", "/event_delegations/delegateEvent", refused.errors) from refused
    except Conflict as refused:
        raise MispError(405, refused.wire) from refused
    except TooManyMessages as refused:
        raise MispError(429, refused.wire, headers={"Retry-After": str(refused.wait)}) from refused
    return Json({"EventDelegation": _columns(request)})


@endpoint(
    "event_delegations/acceptDelegation", requires=(Permission.ADD,), writes=True, describes=ABOUT_ACCEPT
)
def accept_delegation(call: Call, delegation_id: str, *, body: AcceptanceBody) -> Saved:
    """Accept a request and take over the event."""
    try:
        services.accept_delegation(call.actor, delegation_id, body.sent)
    except Invalid as refused:
        raise SaveFailed(
            "accept EventDelegation", "/event_delegations/acceptDelegation", refused.errors
        ) from refused
    except Conflict as refused:
        raise MispError(405, refused.wire) from refused
    return saved("Event ownership transferred.", f"/event_delegations/acceptDelegation/{delegation_id}")


@endpoint("event_delegations/deleteDelegation", requires=(Permission.ADD,), writes=True)
def delete_delegation(call: Call, delegation_id: str) -> Saved:
    """Decline a request, or withdraw the caller's own."""
    services.delete_delegation(call.actor, delegation_id)
    return saved("Delegation request deleted.", f"/event_delegations/deleteDelegation/{delegation_id}")


@endpoint("events/delegation_index")
def delegation_index(call: Call, *, params: Paging) -> Stream:
    """List the events that the caller's organisation was asked to take over."""
    ids = list(delegations(call.actor, PENDING).values_list("event_id", flat=True))
    return Stream(
        event_index(call.actor, params.of(ids, STREAMED)), headers={"X-Result-Count": str(len(ids))}
    )


def _document(actor: Actor, delegation: EventDelegation) -> dict[str, Any]:
    return {
        "EventDelegation": _columns(delegation),
        "Event": {
            "id": str(delegation.event.pk),
            "uuid": str(delegation.event.uuid),
            "info": delegation.event.info,
            "date": delegation.event.date.isoformat(),
            "threat_level_id": str(delegation.event.threat_level_id),
            "analysis": str(delegation.event.analysis),
            "distribution": str(delegation.event.distribution),
            "attribute_count": str(
                attribute_counts(actor, [delegation.event.pk]).get(delegation.event.pk, 0)
            ),
        },
        "Org": organisation_reference(delegation.org),
        "RequesterOrg": organisation_reference(delegation.requester_org),
    }


def _columns(delegation: EventDelegation) -> dict[str, str]:
    return {
        "id": str(delegation.pk),
        "org_id": str(delegation.org_id),
        "requester_org_id": str(delegation.requester_org_id),
        "event_id": str(delegation.event_id),
        "message": delegation.message,
        "distribution": str(delegation.distribution),
        "sharing_group_id": str(delegation.sharing_group_id or 0),
    }
