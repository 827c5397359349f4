"""Mail about approval requests to approvers and the proposer. Details appear only on the page."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from vardkase.core.mail.notify import notify
from vardkase.identity.accounts.four_eyes.decision_rights import rights_today
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users, recipients


def notify_approvers(action: ApprovalAction, request: ApprovalRequest) -> None:
    facts = {"title": action.title, "name": request.proposed_by_name, "link": _link(request)}
    notify("approval_request_waiting", None, recipients(_approvers(action, request)), facts)


def notify_dropped(action: ApprovalAction, request: ApprovalRequest) -> None:
    # Mail the same people that it no longer waits for them: the proposer has declared a conflict of interest.
    facts = {"title": action.title, "name": request.proposed_by_name, "link": _link(request)}
    notify("approval_request_dropped", None, recipients(_approvers(action, request)), facts)


def notify_replaced(action: ApprovalAction, earlier: ApprovalRequest, request: ApprovalRequest) -> None:
    # Mail who proposed what could no longer be approved, unless they made the new proposal themselves.
    people = active_users().filter(pk=earlier.proposed_by or 0).exclude(pk=request.proposed_by or 0)
    facts = {"title": action.title, "name": request.proposed_by_name, "link": _link(request)}
    notify("approval_request_replaced", None, recipients(people), facts)


def notify_proposer(action: ApprovalAction, request: ApprovalRequest) -> None:
    facts = {
        "title": action.title,
        "name": request.answered_by_name,
        "state": RequestState(request.state).label,
        "link": _link(request),
    }
    people = active_users().filter(pk=request.proposed_by or 0)
    notify("approval_request_answered", None, recipients(people), facts)


def _approvers(action: ApprovalAction, request: ApprovalRequest) -> QuerySet[User]:
    duties = [party.value for party in action.approve]
    people = active_users().filter(staff_roles__overlap=duties)
    if Party.SITE_ADMIN in action.approve:
        people = people | active_users().filter(role__perm_site_admin=True)
    people = people.exclude(pk=request.proposed_by or 0)
    rights = rights_today().by_action
    if action.name not in rights:
        return people
    holders = [right.user_id for right in rights[action.name] if right.user_id]
    held = [right.duty for right in rights[action.name] if right.duty]
    return people.filter(Q(pk__in=holders) | Q(staff_roles__overlap=held))


def _link(request: ApprovalRequest) -> str:
    return f"{settings.BASE_URL}/approval-requests/{request.pk}/"
