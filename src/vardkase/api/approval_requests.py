"""approvalRequests/*: acts that require two people. Not in MISP; the names are ours.

An API key reads and withdraws; proposals are made by the endpoints of what is proposed. Approving is done on the pages.
"""

from __future__ import annotations

from typing import Any, NoReturn

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.request import Call
from vardkase.core.errors import Forbidden
from vardkase.hub.profiles import EVERY
from vardkase.identity.accounts.four_eyes import queries, services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.four_eyes.registry import action_of

PROFILES = EVERY

MOST = 500
"""Requests in one answer; the newest."""


@endpoint("approvalRequests/index")
def index(call: Call) -> Json:
    """List the requests that the caller may approve and the caller's requests, newest first."""
    return Json([as_json(request) for request in queries.visible(call.actor).order_by("-pk")[:MOST]])


@endpoint("approvalRequests/view")
def view(call: Call, request_id: str) -> Json:
    """Return one request, with the effect of approving it."""
    request = queries.find(call.actor, request_id)
    action = action_of(request)
    description = action.describe(request) if action else None
    details = dict(description.details) if description else {}
    warnings = list(description.warnings) if description and request.is_waiting else []
    effect = description.effect if description else ""
    return Json({**as_json(request), "effect": effect, "details": details, "warnings": warnings})


@endpoint("approvalRequests/withdraw", writes=True, allowed_while_suspended=True)
def withdraw(call: Call, request_id: str) -> Json:
    """Withdraw the caller's request."""
    request = queries.find(call.actor, request_id)
    return Json(as_json(services.withdraw(call.actor, request.pk)))


@endpoint("approvalRequests/approve", writes=True, allowed_while_suspended=True)
def approve(call: Call, request_id: str) -> NoReturn:
    """Always refused with an explanation: requests are approved in the web interface."""
    queries.find(call.actor, request_id)
    raise Forbidden(FourEyesProblem.ON_PAGES_ONLY())


@endpoint("approvalRequests/decline", writes=True, allowed_while_suspended=True)
def decline(call: Call, request_id: str) -> NoReturn:
    """Always refused with an explanation: requests are declined in the web interface."""
    queries.find(call.actor, request_id)
    raise Forbidden(FourEyesProblem.ON_PAGES_ONLY())


def as_json(request: ApprovalRequest) -> dict[str, Any]:
    waits = "Another person has to approve this on the hub's pages before anything happens."
    return {
        "ApprovalRequest": {
            "id": str(request.pk),
            "action": request.action,
            "title": request.title,
            "parameters": request.parameters,
            "digest": request.digest,
            "reason": request.reason,
            "state": request.state_now.value,
            "proposed_by": request.proposed_by_name,
            "proposed_at": request.proposed_at.isoformat(),
            "proposed_at_console": request.proposed_at_console,
            "expires_at": request.expires_at.isoformat(),
            "answered_by": request.answered_by_name,
            "answered_at": request.answered_at and request.answered_at.isoformat(),
            "answer": request.answer,
        },
        "message": waits if request.is_waiting else str(request.state_now.label),
    }
