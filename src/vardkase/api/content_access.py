"""contentAccess/*: operators' access to content. Not in MISP; the names are ours.

Granting is done on the pages: a key is no proof of who holds it.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Number, Reference, Text
from vardkase.api.inputs import Params
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.hub.content_access import queries, services
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.content_access.rules import GRANT, OFFICERS, READERS
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole

PROFILES = EVERY

MOST = 500
"""Requests in one answer; the newest."""
PAGE = 100


class GrantRequest(Params, kw_only=True):
    reason: Mandatory[Text] = ""
    hours: Mandatory[Text] = ""
    reach: Mandatory[Text] = ""
    event: Reference = ""
    organisation: Number | None = None


class GrantAnswer(Params, kw_only=True):
    reason: Mandatory[Text] = ""


@endpoint("contentAccess/index", staff=READERS)
def index(call: Call) -> Json:
    """List the requests for content access, newest first; operators see only their own."""
    return Json([_grant_dict(grant) for grant in queries.grants(call.actor).order_by("-pk")[:MOST]])


@endpoint("contentAccess/view", staff=READERS)
def view(call: Call, grant_id: str) -> Json:
    """Return one request, the content read under it, and its history."""
    return Json(_with_history(queries.find_grant(call.actor, grant_id)))


@endpoint(
    "contentAccess/ask",
    proposes=("grant_content_access",),
    staff=(StaffRole.OPERATOR,),
    writes=True,
    describes=Description(
        "`reach` is event (with an `event`), organisation (with an `organisation` id) or hub."
    ),
)
def ask(call: Call, *, params: GrantRequest) -> Json:
    """Request content access for a number of hours; an officer grants it in the web interface."""
    grant = services.ask(
        call.actor,
        reason=params.reason,
        hours=params.hours,
        reach=params.reach,
        event=params.event,
        organisation=params.organisation,
    )
    return Json(_with_history(grant))


@endpoint("contentAccess/end", staff=(StaffRole.OPERATOR,), writes=True)
def end(call: Call, grant_id: str) -> Json:
    """End the caller's content access, or withdraw the caller's request."""
    return Json(_with_history(services.end(call.actor, grant_id)))


@endpoint(
    "contentAccess/refuse",
    proposes=("grant_content_access",),
    staff=OFFICERS,
    writes=True,
    describes=Description(url="/contentAccess/refuse/[id]"),
)
def refuse(call: Call, grant_id: str, *, params: GrantAnswer) -> Json:
    """Always refused with an explanation: requests are answered in the web interface."""
    return Json(_with_history(services.refuse(call.actor, grant_id, params.reason)))


@endpoint(
    "contentAccess/withdraw",
    staff=OFFICERS,
    writes=True,
    describes=Description(url="/contentAccess/withdraw/[id]"),
)
def withdraw(call: Call, grant_id: str, *, params: GrantAnswer) -> Json:
    """Revoke granted content access before it expires."""
    return Json(_with_history(services.withdraw(call.actor, grant_id, params.reason)))


@endpoint("contentAccess/read", requires=(Permission.ADMIN,))
def read(call: Call, *, params: Paging) -> Json:
    """List what operators have read of the caller's organisation: who, when, why, and who approved it."""
    limit, offset = params.limit_and_offset(PAGE)
    readings = queries.read_of_ours(call.actor, limit=limit, offset=offset)
    return Json(
        [
            {
                "ContentReading": {
                    **_read_event(reading),
                    "info": reading.info,
                    "grant_id": str(reading.grant_id),
                    "read_by": reading.asked_by,
                    "read_for": reading.asked_for,
                    "reason": reading.reason,
                    "granted_by": reading.granted_by,
                }
            }
            for reading in readings
        ]
    )


def _read_event(read: queries.ReadEvent) -> dict[str, Any]:
    return {
        "event_id": str(read.event_id),
        "event_uuid": str(read.event_uuid),
        "times": str(read.times),
        "first": read.first.isoformat(),
        "last": read.last.isoformat(),
    }


def _grant_dict(grant: ContentGrant) -> dict[str, Any]:
    return {
        "ContentAccess": {
            "id": str(grant.pk),
            "state": grant.state,
            "reach": grant.reach,
            "event_id": None if grant.event_id is None else str(grant.event_id),
            "event_uuid": None if grant.event_uuid is None else str(grant.event_uuid),
            "organisation": grant.organisation and grant.organisation.name,
            "reason": grant.reason,
            "hours": grant.hours,
            "asked_by": grant.asked_by_name,
            "asked_for": grant.asked_for,
            "asked_at": grant.asked_at.isoformat(),
            "answer_by": grant.answer_by.isoformat(),
            "decided_by": grant.decided_by_name,
            "answer": grant.answer,
            "ends_at": grant.ends_at and grant.ends_at.isoformat(),
            "ended_at": grant.ended_at and grant.ended_at.isoformat(),
            "ending": grant.ending,
        }
    }


def _with_history(grant: ContentGrant) -> dict[str, Any]:
    return {
        **_grant_dict(grant),
        "read": [_read_event(item) for item in queries.events_read(grant)],
        "history": [
            {"step": item.step, "state": item.after, "by": item.actor_name, "at": item.at.isoformat()}
            for item in history_of(GRANT, grant.pk)
        ],
    }
