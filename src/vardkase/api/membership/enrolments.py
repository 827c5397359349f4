"""Endpoints for a member's own platform: enrolment by code, and its organisation's membership status."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Mandatory, Uuid
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.addresses import counted_as
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.limits import Limit
from vardkase.hub.enrolment import codes
from vardkase.hub.enrolment.standing import standing
from vardkase.identity.access.actor import Actor

TRIES = Limit("enrolment code", allowed=20, window=3600)
"""Codes that one address tries in an hour."""


def count_try(actor: Actor) -> None:
    """Raise MispError 429 if the caller's address has tried too many codes."""
    usage = TRIES.spend(counted_as(actor.address))
    if usage.is_exceeded:
        raise MispError(429, "Too many codes were tried.", headers={"Retry-After": str(usage.wait)})


class EnrolmentCode(Body, kw_only=True):
    model = "Enrolment"

    code: Mandatory[Anything] = None


class Redemption(EnrolmentCode, kw_only=True):
    uuid: Mandatory[Uuid] = None
    url: Anything = None
    authkey: Anything = None


@endpoint(
    "enrolments/offer",
    public=True,
    before_body=count_try,
    methods=("POST",),
    describes=Description("POST an enrolment code to see which hub and organisation it connects."),
)
def offer(call: Call, *, body: EnrolmentCode) -> Json:
    """Return the hub and organisation that an enrolment code belongs to; the code is not used up."""
    return Json(codes.offer(body.code))


@endpoint(
    "enrolments/redeem",
    public=True,
    before_body=count_try,
    methods=("POST",),
    describes=Description("POST an enrolment code to connect the organisation's own platform, once."),
)
def redeem(call: Call, *, body: Redemption) -> Json:
    """Redeem an enrolment code: create an account and a key for the member's platform."""
    try:
        return Json(codes.redeem(call.actor, body.code, body.sent))
    except Conflict as error:
        raise MispError(409, error.wire) from error
    except Invalid as error:
        raise SaveFailed("add Enrolment", "/enrolments/redeem", error.errors) from error


@endpoint("enrolments/standing")
def own_standing(call: Call) -> Json:
    """Return the membership status of the caller's organisation, and its open checklist items."""
    status: dict[str, Any] = standing(call.actor)
    return Json(status)
