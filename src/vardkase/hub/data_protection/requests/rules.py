"""States of a request from a data subject, and who answers for what was found."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.audit_actions import HubAction
from vardkase.hub.data_protection.requests.models import ConcernedController
from vardkase.hub.data_protection.requests.models import DataRequestState as State
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.law.queries import provisions
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

OPEN = (State.RECEIVED, State.IDENTITY, State.IN_HAND, State.WITH_CONTROLLERS)
REQUEST = StateMachine(
    "data_request",
    State,
    {
        "take": Transition(
            HubAction.DATA_REQUEST_TAKEN, _("Take the request"), (State.RECEIVED,), State.IN_HAND
        ),
        "ask_identity": Transition(
            HubAction.DATA_REQUEST_IDENTITY_ASKED,
            _("Ask who the person is"),
            (State.RECEIVED, State.IN_HAND),
            State.IDENTITY,
        ),
        "confirm_identity": Transition(
            HubAction.DATA_REQUEST_IDENTITY_CONFIRMED,
            _("Confirm the identity"),
            (State.IDENTITY,),
            State.IN_HAND,
        ),
        "send": Transition(
            HubAction.DATA_REQUEST_SENT,
            _("Send to the controllers"),
            (State.IN_HAND,),
            State.WITH_CONTROLLERS,
        ),
        "answer": Transition(
            HubAction.DATA_REQUEST_ANSWERED,
            _("Answer"),
            (State.IN_HAND, State.WITH_CONTROLLERS),
            State.ANSWERED,
        ),
        "withdraw": Transition(
            HubAction.DATA_REQUEST_WITHDRAWN,
            pgettext_lazy("data request", "Withdraw"),
            OPEN,
            State.WITHDRAWN,
        ),
    },
)
GROUNDS = (
    "gdpr_12", "gdpr_15", "gdpr_16", "gdpr_17", "gdpr_18", "gdpr_21", "data_protection_5_1", "archive_10",
)  # fmt: skip
"""The provisions that a refusal may rest on."""


def refusal_grounds() -> Mapping[str, str]:
    """Key → citation, in the active language."""
    known = provisions()
    return {key: known[key].title for key in GROUNDS if key in known}


def is_handler(actor: Actor) -> bool:
    return not actor.staff.isdisjoint(HANDLERS)


def answers_for(actor: Actor, controller: ConcernedController) -> bool:
    """Handlers answer for the hub owner, and record what others answer by other means; a member's administrators
    answer for the member once the request has been sent to it."""
    if is_handler(actor):
        return True
    return (
        controller.sent_at is not None
        and not controller.is_hub_owner
        and actor.may(Permission.ADMIN)
        and not actor.may_not_read_content
        and controller.organisation_id == actor.organisation_id
    )
