"""States of an application (hub.md section 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.lifecycle import Machine, Step
from vardkase.hub.membership.applications.models import ApplicationState as State

APPLICATION = Machine(
    "application",
    State,
    {
        "submit": Step("application.submitted", _("Submit"), (State.DRAFT,), State.SUBMITTED),
        "wait": Step(
            "application.put_on_waiting_list", _("Put on the waiting list"), (State.SUBMITTED,), State.WAITING
        ),
        "queue": Step("application.queued", _("Queue for review"), (State.WAITING,), State.SUBMITTED),
        "review": Step("application.taken_up", _("Start the review"), (State.SUBMITTED,), State.UNDER_REVIEW),
        "request_completion": Step(
            "application.completion_requested",
            _("Request completion"),
            (State.UNDER_REVIEW,),
            State.COMPLETION_REQUESTED,
        ),
        "complete": Step(
            "application.completed", _("Complete"), (State.COMPLETION_REQUESTED,), State.UNDER_REVIEW
        ),
        "resume": Step(
            "application.resumed",
            _("Continue the assessment"),
            (State.COMPLETION_REQUESTED,),
            State.UNDER_REVIEW,
        ),
        "approve": Step("application.approved", _("Approve"), (State.UNDER_REVIEW,), State.APPROVED),
        "reject": Step("application.rejected", _("Reject"), (State.UNDER_REVIEW,), State.REJECTED),
        "withdraw": Step(
            "application.withdrawn",
            _("Withdraw"),
            (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.COMPLETION_REQUESTED, State.WAITING),
            State.WITHDRAWN,
        ),
    },
)
"""Approving and rejecting take two officers: `hub.membership.assessments` alone takes those steps."""
