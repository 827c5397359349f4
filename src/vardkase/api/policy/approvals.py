"""approvals/*: publication requests awaiting a second person. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Flag, Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.policy.approvals import services
from vardkase.hub.policy.approvals.queries import approvals, find_approval, waiting_for
from vardkase.hub.policy.models import PublicationApproval
from vardkase.identity.access.permissions import Permission

MOST = 500
"""Requests in one answer; the newest."""


class ApprovalQuery(Params, kw_only=True):
    mine: Flag = False


class Rejection(Body, kw_only=True):
    model = "Approval"

    reason: Mandatory[Text] = ""


def _approval_dict(approval: PublicationApproval) -> dict[str, Any]:
    return {
        "Approval": {
            "id": str(approval.pk),
            "uuid": str(approval.uuid),
            "event_id": str(approval.event_id),
            "event_uuid": str(approval.event_uuid),
            "event_info": approval.event_info,
            "rules": approval.rules,
            "state": approval.state,
            "requester": approval.requester_name,
            "asked_at": approval.asked_at.isoformat(),
            "expires_at": approval.expires_at.isoformat(),
            "decided_by": approval.decided_by,
            "decided_at": approval.decided_at and approval.decided_at.isoformat(),
            "reason": approval.reason,
        }
    }


@endpoint("approvals/index")
def index(call: Call, *, params: ApprovalQuery) -> Json:
    """List the requests of the caller's organisation, newest first; `mine` limits them to those that await
    the caller."""
    if params.mine:
        return Json([_approval_dict(each) for each in waiting_for(call.actor)])
    return Json([_approval_dict(approval) for approval in approvals(call.actor)[:MOST]])


@endpoint("approvals/view")
def view(call: Call, approval_id: str) -> Json:
    """Return one approval request."""
    return Json(_approval_dict(find_approval(call.actor, approval_id)))


@endpoint("approvals/approve", requires=(Permission.PUBLISH,), writes=True)
def approve(call: Call, approval_id: str) -> Json:
    """Approve and publish; if the event has changed since, nothing is published and the state becomes
    ``changed``."""
    return Json(_approval_dict(services.approve(call.actor, approval_id)))


@endpoint(
    "approvals/reject",
    requires=(Permission.PUBLISH,),
    writes=True,
    describes=Description("Leave the event unpublished.", url="/approvals/reject/[approval_id]"),
)
def reject(call: Call, approval_id: str, *, body: Rejection) -> Json:
    """Reject a request with a reason; the event stays unpublished."""
    try:
        rejected = services.reject(call.actor, approval_id, body.reason)
    except Invalid as invalid:
        raise SaveFailed("reject Approval", "/approvals/reject", invalid.errors) from invalid
    return Json(_approval_dict(rejected))


@endpoint("approvals/withdraw", writes=True)
def withdraw(call: Call, approval_id: str) -> Json:
    """Withdraw the caller's own request."""
    return Json(_approval_dict(services.withdraw(call.actor, approval_id)))
