"""States of a support request, and which desk handles which."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.customer_service.models import RequestKind as Kind
from vardkase.hub.customer_service.models import RequestState as State
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

REQUEST = StateMachine(
    "support_request",
    State,
    {
        "take": Transition("support_request.taken", _("Take it on"), (State.NEW,), State.IN_HAND),
        "ask": Transition(
            "support_request.asked", _("Ask a question back"), (State.NEW, State.IN_HAND), State.WAITING
        ),
        "answered": Transition(
            "support_request.answered", _("Answer the question"), (State.WAITING,), State.IN_HAND
        ),
        "solve": Transition(
            "support_request.solved",
            _("Mark as solved"),
            (State.NEW, State.IN_HAND, State.WAITING),
            State.SOLVED,
        ),
        "reopen": Transition("support_request.reopened", _("Open again"), (State.SOLVED,), State.IN_HAND),
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
