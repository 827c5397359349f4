"""spills/*: events that may hold security-classified information. Not in MISP; the names are ours.

Who declares one over a connection is another hub of this kind (`hub.spills.peers`). What two people decide is proposed
and approved on the pages.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Params
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.hub.profiles import EVERY
from vardkase.hub.spills import queries
from vardkase.hub.spills.declaring import declare as declare_spill
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.rules import may_handle
from vardkase.intel.queries.find import is_reference

PROFILES = EVERY
MOST = 500
"""Spills in one answer; the newest."""


class SpillDeclaration(Params, kw_only=True):
    kind: Mandatory[Text] = ""
    reason: Mandatory[Text] = ""


@endpoint("spills/index")
def index(call: Call) -> Json:
    """List the spills that concern you, newest first; officers see all. Nothing is said of the content."""
    return Json([as_json(call, each) for each in queries.spills(call.actor).order_by("-pk")[:MOST]])


@endpoint("spills/status", describes=Description(url="/spills/status/[event_uuid]"))
def status(call: Call, event_uuid: str) -> Json:
    """Return how it stands with the latest spill of an event."""
    if not is_reference(event_uuid) or event_uuid.isdigit():
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    found = queries.spills(call.actor).filter(event_uuid=event_uuid).order_by("-pk").first()
    if found is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    return Json(as_json(call, found))


@endpoint(
    "spills/declare",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "`kind` is swedish, eu, nato, other_state or unsure. From then on nobody can read the event.",
        url="/spills/declare/[event_id]",
    ),
)
def declare(call: Call, event_id: str, *, params: SpillDeclaration) -> Json:
    """Declare that an event holds classified information: it is put in quarantine."""
    return Json(as_json(call, declare_spill(call.actor, event_id, kind=params.kind, reason=params.reason)))


def as_json(call: Call, spill: Spill) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(spill.pk),
        "number": spill.number,
        "state": spill.state,
        "kind": spill.kind,
        "event_id": str(spill.event_id),
        "event_uuid": str(spill.event_uuid),
        "declared_at": spill.declared_at.isoformat(),
        "ended_at": spill.ended_at.isoformat() if spill.ended_at else None,
    }
    if may_handle(call.actor):
        shown |= {
            "reason": spill.reason,
            "organisation": spill.organisation.name,
            "declared_by": spill.declared_by_name,
            "reported_at": spill.reported_at.isoformat() if spill.reported_at else None,
            "ground": spill.ground,
            "proof": spill.proof,
        }
    return {"Spill": shown}
