"""Inbox of publication requests, and the page of one request with its decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.formats.misp_json.comparison import compare_with_published
from vardkase.hub.guard.preview import by_severity
from vardkase.hub.policy.approvals import services
from vardkase.hub.policy.approvals.queries import approvals, find_approval, waiting_for
from vardkase.hub.policy.approvals.rules import deciders, may_decide, refusal
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.identity.access.actor import StepUpRequired
from vardkase.identity.accounts.four_eyes.persons import waits_until
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import PublisherIsCreator
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.publication_checks import publication_checks
from vardkase.intel.queries.receivers import receivers
from vardkase.web.hub.policy.common import rules_of, tabs
from vardkase.web.ui.document_changes import worded
from vardkase.web.ui.forms import posted
from vardkase.web.ui.listing import listed
from vardkase.web.ui.mail_messages import say_sent, tell_the_requester
from vardkase.web.ui.pages import PageRequest, page


@page()
def index(request: PageRequest) -> HttpResponse:
    context = {
        "tabs": tabs(request.actor, "approvals"),
        "mine": waiting_for(request.actor),
        **listed(request, approvals(request.actor).order_by(), {"pk"}, "-pk"),
    }
    return render(request, "policy/approvals.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    approval = find_approval(request.actor, pk)
    waits = approval.state == ApprovalDecision.WAITING
    event = _event(request, approval)
    decides = waits and event is not None and may_decide(request.actor, approval)
    context = {
        "approval": approval,
        "waits": waits,
        "event": event,
        "rules": [rule for rule in rules_of(approval.policy) if rule.number in approval.rules],
        "may_decide": decides,
        "refusal": refusal(request.actor, approval) if decides else "",
        "may_withdraw": waits and approval.requester_id == request.actor.user_id,
        "deciders": [
            {"email": user.email, "waits_until": waits_until(user)}
            for user in (deciders(approval) if waits else [])
        ],
    }
    if waits and event is not None:
        changes = compare_with_published(request.actor, event)
        context |= {
            "changes": replace(changes, rows=worded(changes.rows)),
            "checks": publication_checks(event),
            "guard": by_severity(event.id, event.distribution, event.sharing_group_id),
            "receivers": receivers(event.distribution, event.sharing_group_id, event.org_id),
        }
    return render(request, "policy/approval.html", context)


@require_POST
@page(writes=True)
def approve(request: PageRequest, pk: int) -> HttpResponse:
    def decide() -> PublicationApproval:
        return services.approve(request.actor, pk)

    decided = _decided(request, pk, decide)
    if decided is not None and decided.state == ApprovalDecision.APPROVED:
        messages.success(request, gettext("The event has been published."))
    elif decided is not None:
        messages.error(
            request,
            gettext(
                "The event has changed since. Nothing has been published: approval must be requested for the "
                "event as it is now."
            ),
        )
    return redirect("approval", pk)


@require_POST
@page(writes=True)
def reject(request: PageRequest, pk: int) -> HttpResponse:
    reason = posted.text(request, "reason")
    if _decided(request, pk, lambda: services.reject(request.actor, pk, reason)) is not None:
        told = gettext("The request has been rejected. The requester is notified of the reason.")
        say_sent(request, told, tell_the_requester())
    return redirect("approval", pk)


@require_POST
@page(writes=True)
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    if _decided(request, pk, lambda: services.withdraw(request.actor, pk)) is not None:
        messages.success(request, gettext("The request has been withdrawn."))
    return redirect("approval", pk)


def _decided(
    request: PageRequest, pk: int, decide: Callable[[], PublicationApproval]
) -> PublicationApproval | None:
    try:
        return decide()
    except StepUpRequired:
        raise
    except PublisherIsCreator:
        messages.error(request, gettext("Someone else must decide this."))
    except Forbidden as refused:
        messages.error(request, str(refused))
    except Conflict:
        messages.error(request, gettext("The request has already been decided, or has expired."))
    except Invalid:
        messages.error(request, gettext("Give a reason for rejecting it."))
    return None


def _event(request: PageRequest, approval: PublicationApproval) -> EventRow | None:
    try:
        return find_event(request.actor, approval.event_id)
    except NotFound:
        return None
