"""publication_requests/*: asking colleagues to publish an event. Not in MISP; the names are ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import TEXTS, Text
from vardkase.api.inputs import Body
from vardkase.api.organisations.organisations import organisation_reference
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.services import TooManyMessages
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.queries import organisations, require_index
from vardkase.intel.publication_requests.group_requests import request_group
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.publication_requests.queries import publication_requests
from vardkase.intel.publication_requests.services import close_request, request_publication
from vardkase.intel.queries.find import find_event
from vardkase.misp.fields import UUID_IN_ANY_CASE
from vardkase.misp.flags import is_id

PROFILES = EVERY
ADD = "/publication_requests/add"
MOST = 200
"""Organisations in one request."""
Receivers = Annotated[
    list[str],
    TEXTS.described(
        "Ids or UUIDs of the organisations that alone should get the event: those who may create sharing groups are "
        "asked. Without any, those who may publish are asked"
    ),
]


class RequestBody(Body, kw_only=True):
    model = "PublicationRequest"

    organisations: Receivers = []
    message: Text = ""


@endpoint("publication_requests/index")
def index(call: Call, *, params: Paging) -> Json:
    """List the open requests to publish events of the caller's organisation, newest first."""
    requests = publication_requests(call.actor)
    ids = params.of(list(requests.values_list("pk", flat=True)), LARGEST)
    return Json(_documents(list(requests.filter(pk__in=ids))))


@endpoint(
    "publication_requests/add",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "POST to this API to ask colleagues to publish an event, to certain organisations only if some are given.",
        url=f"{ADD}/[event_id]",
    ),
)
def add(call: Call, event_id: str, *, body: RequestBody) -> Json:
    """Ask colleagues to publish an event, or to publish it to a few organisations; replaces an earlier request."""
    event = find_event(call.actor, event_id)
    try:
        if body.organisations:
            request_group(call.actor, event.id, _ids(call, body.organisations))
        else:
            request_publication(call.actor, event.id, body.message)
    except Invalid as refused:
        raise SaveFailed("add PublicationRequest", ADD, refused.errors) from refused
    except Conflict as refused:
        raise MispError(405, refused.wire) from refused
    except TooManyMessages as refused:
        raise MispError(429, refused.wire, headers={"Retry-After": str(refused.wait)}) from refused
    return Json(_documents([PublicationRequest.objects.get(event_id=event.id)])[0])


@endpoint("publication_requests/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, event_id: str) -> Saved:
    """Withdraw the caller's own request, or decline one as somebody who may publish the event."""
    event = find_event(call.actor, event_id)
    close_request(call.actor, event.id)
    return saved("Publication request deleted.", f"/publication_requests/delete/{event_id}")


def _ids(call: Call, references: Sequence[str]) -> list[int]:
    require_index(call.actor)
    numbers = {int(each) for each in references if is_id(each)}
    uuids = {UUID(each) for each in references if UUID_IN_ANY_CASE.fullmatch(each)}
    known = organisations("local").filter(Q(pk__in=numbers) | Q(uuid__in=uuids))
    found = set(known.values_list("pk", flat=True)) if len(references) <= MOST else set()
    if len(found) != len({each.lower() for each in references}):
        raise Invalid({"organisations": [OrganisationProblem.NOT_FOUND()]})
    return sorted(found)


def _documents(requests: Sequence[PublicationRequest]) -> list[dict[str, Any]]:
    wanted = {number for each in requests for number in each.organisation_ids}
    known = Organisation.objects.in_bulk(wanted)
    return [
        {
            "PublicationRequest": {
                "event_id": str(each.event_id),
                "event_uuid": str(each.event.uuid),
                "requester": each.requester.email,
                "message": each.message,
                "asked_at": each.asked_at.isoformat(),
                "organisations": [
                    organisation_reference(known[number])
                    for number in each.organisation_ids
                    if number in known
                ],
            },
        }
        for each in requests
    ]
