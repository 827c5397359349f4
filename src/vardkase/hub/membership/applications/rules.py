"""States of an application (hub.md section 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.membership.applications.models import ApplicationState as State

APPLICATION = StateMachine(
    "application",
    State,
    {
        "submit": Transition("application.submitted", _("Submit"), (State.DRAFT,), State.SUBMITTED),
        "wait": Transition(
            "application.put_on_waiting_list", _("Put on the waiting list"), (State.SUBMITTED,), State.WAITING
        ),
        "queue": Transition("application.queued", _("Queue for review"), (State.WAITING,), State.SUBMITTED),
        "review": Transition(
            "application.taken_up", _("Start the review"), (State.SUBMITTED,), State.UNDER_REVIEW
        ),
        "request_completion": Transition(
            "application.completion_requested",
            _("Request completion"),
            (State.UNDER_REVIEW,),
            State.COMPLETION_REQUESTED,
        ),
        "complete": Transition(
            "application.completed", _("Complete"), (State.COMPLETION_REQUESTED,), State.UNDER_REVIEW
        ),
        "resume": Transition(
            "application.resumed",
            _("Continue the assessment"),
            (State.COMPLETION_REQUESTED,),
            State.UNDER_REVIEW,
        ),
        "approve": Transition("application.approved", _("Approve"), (State.UNDER_REVIEW,), State.APPROVED),
        "reject": Transition("application.rejected", _("Reject"), (State.UNDER_REVIEW,), State.REJECTED),
        "withdraw": Transition(
            "application.withdrawn",
            _("Withdraw"),
            (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.COMPLETION_REQUESTED, State.WAITING),
            State.WITHDRAWN,
        ),
    },
)
"""Approving and rejecting take two officers: `hub.membership.assessments` alone takes those steps."""
