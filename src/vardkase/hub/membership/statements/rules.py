"""States of a security statement, and the consequences of its expiry."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.membership.members.models import RestrictionKind
from vardkase.hub.membership.statements.models import StatementState as State

STATEMENT = StateMachine(
    "security_statement",
    State,
    {
        "submit": Transition(
            MembershipAction.SECURITY_STATEMENT_SUBMITTED,
            _("Submit"),
            (State.DRAFT, State.RETURNED),
            State.SUBMITTED,
        ),
        "accept": Transition(
            MembershipAction.SECURITY_STATEMENT_ACCEPTED, _("Accept"), (State.SUBMITTED,), State.ACCEPTED
        ),
        "return": Transition(
            MembershipAction.SECURITY_STATEMENT_RETURNED, _("Return"), (State.SUBMITTED,), State.RETURNED
        ),
    },
)
REMINDED = (60, 30, 7)
"""Days before the end on which the member is reminded."""


def reminder_due(valid_until: date, today: date, reminded: list[int]) -> int | None:
    """The reminder to send, in days before the end; None if none is due or the statement has expired."""
    remaining = (valid_until - today).days
    due = [days for days in REMINDED if 0 <= remaining <= days]
    return min(due) if due and min(due) not in reminded else None


def consequences(valid_until: date, today: date, grace: int) -> tuple[RestrictionKind, ...]:
    if today <= valid_until:
        return ()
    if today <= valid_until + timedelta(days=grace):
        return (RestrictionKind.READ_ONLY,)
    return (RestrictionKind.READ_ONLY, RestrictionKind.NO_SYNC)
