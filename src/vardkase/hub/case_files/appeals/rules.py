"""States of an appeal, and the only ground on which the authority may reject it: that it came too late."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.appeals.models import Appeal, CourtOutcome
from vardkase.hub.case_files.appeals.models import AppealState as State
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision

DISMISS_APPEAL = SingleDecision(
    "dismiss_appeal", _("Dismiss an appeal as too late"), frozenset({Party.LEGAL_OFFICER})
)

APPEAL = StateMachine(
    "appeal",
    State,
    {
        "find_in_time": Transition(
            CaseAction.APPEAL_IN_TIME,
            _("Find that it was received in time"),
            (State.REGISTERED,),
            State.IN_TIME,
        ),
        "dismiss": Transition(
            CaseAction.APPEAL_DISMISSED, _("Dismiss as too late"), (State.REGISTERED,), State.DISMISSED
        ),
        "withdraw": Transition(
            CaseAction.APPEAL_WITHDRAWN,
            _("Record that it is withdrawn"),
            (State.REGISTERED, State.IN_TIME, State.CHANGED),
            State.WITHDRAWN,
        ),
        "change": Transition(
            CaseAction.APPEAL_MET,
            _("Record that the decision was changed"),
            (State.IN_TIME, State.CHANGED),
            State.CHANGED,
        ),
        "forward": Transition(
            CaseAction.APPEAL_FORWARDED,
            _("Forward the appeal"),
            (State.IN_TIME, State.CHANGED),
            State.FORWARDED,
        ),
        "decide": Transition(
            CaseAction.APPEAL_DECIDED,
            _("Record the outcome of the appeal"),
            (State.FORWARDED,),
            State.DECIDED,
        ),
        "carry_out": Transition(
            CaseAction.APPEAL_CARRIED_OUT,
            _("Record that it is carried out"),
            (State.DECIDED,),
            State.CARRIED_OUT,
        ),
        "revive": Transition(
            CaseAction.APPEAL_REVIVED,
            _("Continue after our decision to dismiss it was quashed"),
            (State.DISMISSED,),
            State.IN_TIME,
        ),
    },
    has_private_notes=True,
)
HERE = (State.REGISTERED, State.IN_TIME, State.CHANGED)
"""Not handed over yet."""
OPEN = (*HERE, State.FORWARDED)
STANDS = (CourtOutcome.UPHELD, CourtOutcome.STRUCK_OUT)
"""Outcomes that leave nothing to carry out."""
QUASHES = (CourtOutcome.QUASHED, CourtOutcome.REMITTED)
"""Outcomes after which the decision has no effect: a case is not referred back without quashing it."""


def is_late(appeal: Appeal) -> bool:
    return appeal.last_day is not None and appeal.received_on > appeal.last_day
