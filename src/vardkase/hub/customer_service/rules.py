"""States of a support request, and which desk handles which."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.audit_actions import HubAction
from vardkase.hub.customer_service.models import RequestKind as Kind
from vardkase.hub.customer_service.models import RequestState as State
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

REQUEST = StateMachine(
    "support_request",
    State,
    {
        "take": Transition(
            HubAction.SUPPORT_REQUEST_TAKEN, _("Take the request"), (State.NEW,), State.IN_HAND
        ),
        "ask": Transition(
            HubAction.SUPPORT_REQUEST_ASKED,
            _("Ask for more information"),
            (State.NEW, State.IN_HAND),
            State.WAITING,
        ),
        "answered": Transition(
            HubAction.SUPPORT_REQUEST_ANSWERED, _("Answer the question"), (State.WAITING,), State.IN_HAND
        ),
        "solve": Transition(
            HubAction.SUPPORT_REQUEST_SOLVED,
            _("Mark as solved"),
            (State.NEW, State.IN_HAND, State.WAITING),
            State.SOLVED,
        ),
        "reopen": Transition(
            HubAction.SUPPORT_REQUEST_REOPENED, _("Open again"), (State.SOLVED,), State.IN_HAND
        ),
    },
)
OPEN = (State.NEW, State.IN_HAND, State.WAITING)

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
DESKS = (*OFFICERS, StaffRole.OPERATOR)
FOR_THE_OPERATOR = frozenset({Kind.CONNECTION, Kind.FAULT})
"""Kinds that the operator answers. The hub owner's officers see every request, and answer the rest."""


def kinds_for(actor: Actor) -> frozenset[Kind]:
    if not actor.staff.isdisjoint(OFFICERS):
        return frozenset(Kind)
    return FOR_THE_OPERATOR if StaffRole.OPERATOR in actor.staff else frozenset()


def duties_for(kind: str) -> tuple[StaffRole, ...]:
    return (StaffRole.OPERATOR,) if kind in FOR_THE_OPERATOR else OFFICERS
