"""approvals/*: publication requests awaiting a second person. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.policy.approvals import services
from vardkase.hub.policy.approvals.queries import approvals, find_approval, waiting_for
from vardkase.hub.policy.models import PublicationApproval
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_bool

MOST = 500
"""Requests in one answer; the newest."""


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


@endpoint("approvals/index", describes=Description("", (), ("mine",)))
def index(call: Call) -> Answer:
    """List the requests of the caller's organisation, newest first; `mine` limits them to those that await
    the caller."""
    if as_bool(call.param("mine", False)):
        return Json([_approval_dict(each) for each in waiting_for(call.actor)])
    return Json([_approval_dict(approval) for approval in approvals(call.actor)[:MOST]])


@endpoint("approvals/view", describes=Description(url="/approvals/view/[approval_id]"))
def view(call: Call) -> Answer:
    """Return one approval request."""
    return Json(_approval_dict(find_approval(call.actor, call.arg(0))))


@endpoint(
    "approvals/approve",
    requires=(Permission.PUBLISH,),
    writes=True,
    describes=Description(url="/approvals/approve/[approval_id]"),
)
def approve(call: Call) -> Answer:
    """Approve and publish; if the event has changed since, nothing is published and the state becomes
    ``changed``."""
    return Json(_approval_dict(services.approve(call.actor, call.arg(0))))


@endpoint(
    "approvals/reject",
    requires=(Permission.PUBLISH,),
    writes=True,
    describes=Description(
        "Leave the event unpublished.", ("reason",), (), url="/approvals/reject/[approval_id]"
    ),
)
def reject(call: Call) -> Answer:
    """Reject a request with a reason; the event stays unpublished."""
    try:
        rejected = services.reject(call.actor, call.arg(0), str(call.data("Approval").get("reason") or ""))
    except Invalid as invalid:
        raise SaveFailed("reject Approval", "/approvals/reject", invalid.errors) from invalid
    return Json(_approval_dict(rejected))


@endpoint("approvals/withdraw", writes=True, describes=Description(url="/approvals/withdraw/[approval_id]"))
def withdraw(call: Call) -> Answer:
    """Withdraw the caller's own request."""
    return Json(_approval_dict(services.withdraw(call.actor, call.arg(0))))
