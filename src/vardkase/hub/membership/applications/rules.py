"""States of an application (hub.md section 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.membership.applications.models import ApplicationState as State

APPLICATION = StateMachine(
    "application",
    State,
    {
        "submit": Transition(
            MembershipAction.APPLICATION_SUBMITTED, _("Submit"), (State.DRAFT,), State.SUBMITTED
        ),
        "wait": Transition(
            MembershipAction.APPLICATION_PUT_ON_WAITING_LIST,
            _("Put on the waiting list"),
            (State.SUBMITTED,),
            State.WAITING,
        ),
        "queue": Transition(
            MembershipAction.APPLICATION_QUEUED, _("Queue for review"), (State.WAITING,), State.SUBMITTED
        ),
        "review": Transition(
            MembershipAction.APPLICATION_TAKEN_UP,
            _("Start the review"),
            (State.SUBMITTED,),
            State.UNDER_REVIEW,
        ),
        "request_completion": Transition(
            MembershipAction.APPLICATION_COMPLETION_REQUESTED,
            _("Request more information"),
            # Again, with a later day: an order that was not received in time has no consequence.
            (State.UNDER_REVIEW, State.COMPLETION_REQUESTED),
            State.COMPLETION_REQUESTED,
        ),
        "complete": Transition(
            MembershipAction.APPLICATION_COMPLETED,
            _("Complete"),
            (State.COMPLETION_REQUESTED,),
            State.UNDER_REVIEW,
        ),
        "resume": Transition(
            MembershipAction.APPLICATION_RESUMED,
            _("Continue the assessment"),
            (State.COMPLETION_REQUESTED,),
            State.UNDER_REVIEW,
        ),
        "approve": Transition(
            MembershipAction.APPLICATION_APPROVED, _("Approve"), (State.UNDER_REVIEW,), State.APPROVED
        ),
        "reject": Transition(
            MembershipAction.APPLICATION_REJECTED, _("Reject"), (State.UNDER_REVIEW,), State.REJECTED
        ),
        "dismiss": Transition(
            MembershipAction.APPLICATION_DISMISSED,
            _("Dismiss the application"),
            (State.COMPLETION_REQUESTED,),
            State.DISMISSED,
        ),
        "reopen": Transition(
            MembershipAction.APPLICATION_REOPENED,
            _("Examine the application again"),
            (State.REJECTED, State.DISMISSED),
            State.UNDER_REVIEW,
        ),
        "withdraw": Transition(
            MembershipAction.APPLICATION_WITHDRAWN,
            _("Withdraw"),
            (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.COMPLETION_REQUESTED, State.WAITING),
            State.WITHDRAWN,
        ),
    },
)
"""Approving, rejecting, dismissing and reopening take two officers: `hub.membership.assessments` alone takes those
steps."""
