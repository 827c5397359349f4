"""States of a condition or exception, and when it is followed up."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.hub.law.kinds import Deadline, PeriodUnit
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.membership.conditions.audit_actions import ConditionAction
from vardkase.hub.membership.conditions.models import ConditionState as State

CONDITION = StateMachine(
    "member_condition",
    State,
    {
        "answer": Transition(ConditionAction.CONDITION_ANSWERED, _("Answer"), (State.OPEN,), State.ANSWERED),
        "accept": Transition(
            ConditionAction.CONDITION_MET, _("Accept as met"), (State.OPEN, State.ANSWERED), State.MET
        ),
        "ask_again": Transition(
            ConditionAction.CONDITION_ASKED_AGAIN,
            _("Ask again with a new date"),
            (State.OPEN, State.ANSWERED),
            State.OPEN,
        ),
        "extend": Transition(
            ConditionAction.EXCEPTION_EXTENDED, _("Extend the exception"), (State.OPEN,), State.OPEN
        ),
        "end": Transition(
            ConditionAction.CONDITION_ENDED, _("End it"), (State.OPEN, State.ANSWERED), State.ENDED
        ),
    },
    # What a member lacks in security is read by its own people and the officers, as its statement.
    has_private_notes=True,
)
STEPS_OF_EXCEPTIONS = ("extend", "end")
STEPS_OF_CONDITIONS = ("accept", "ask_again", "end")
REMINDER = "condition_reminder"
DAYS_BEFORE = 14
"""Where the legal rules name no period for the reminder."""


def still_runs(day: date, *, is_exception: bool) -> bool:
    """Whether it is an exception that nobody ends before its last day."""
    return is_exception and day >= today()


def officers_steps(state: str, day: date, *, is_exception: bool) -> list[str]:
    # What officers can do now with a condition or exception in a state, with the last `day`.
    mine = set(STEPS_OF_EXCEPTIONS if is_exception else STEPS_OF_CONDITIONS)
    if still_runs(day, is_exception=is_exception):
        mine.discard("end")
    return [name for name in CONDITION.open_steps(state) if name in mine]


def followed_up_from(deadline: Deadline, day: date) -> date:
    """The day from which a condition or exception with the last `day` is reminded of."""
    match deadline.unit:
        case PeriodUnit.DAYS:
            return day - timedelta(days=deadline.number)
        case PeriodUnit.WEEKS:
            return day - timedelta(weeks=deadline.number)
        case PeriodUnit.MONTHS:
            return day - relativedelta(months=deadline.number)
    return day - timedelta(days=DAYS_BEFORE)


def last_day_to_follow(now: date) -> date:
    """The latest day of those that are to be followed up `now`."""
    deadline = find_deadline(REMINDER)
    # Counted both ways a month may differ by up to three days: those are compared again.
    return now + (now - followed_up_from(deadline, now)) + timedelta(days=3)


def is_near(day: date, now: date) -> bool:
    return followed_up_from(find_deadline(REMINDER), day) <= now
