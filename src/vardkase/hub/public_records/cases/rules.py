"""Steps of a request for public records, and what is late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.hub.public_records.cases.models import CaseState as State
from vardkase.hub.public_records.cases.models import RecordsCase
from vardkase.hub.public_records.cases.settings import ANSWER_DAYS
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision

DECIDE_ON_RECORDS = SingleDecision(
    "decide_on_records", _("Decide on a request for public records"), frozenset({Party.LEGAL_OFFICER})
)
"""Of the hub owner: other authorities have delegations of their own."""

BEFORE_ANSWER = (State.REGISTERED, State.MATERIAL, State.CONSULTATION, State.ASSESSMENT)
CASE = StateMachine(
    "records_case",
    State,
    {
        "identify": Transition(
            RecordsAction.RECORDS_CASE_MATERIAL,
            _("Identify the material"),
            (State.REGISTERED,),
            State.MATERIAL,
        ),
        "consult": Transition(
            RecordsAction.RECORDS_CASE_CONSULTED,
            _("Consult the members concerned"),
            (State.MATERIAL, State.ASSESSMENT),
            State.CONSULTATION,
        ),
        "assess": Transition(
            RecordsAction.RECORDS_CASE_ASSESSING,
            _("Assess the material"),
            (State.MATERIAL, State.CONSULTATION),
            State.ASSESSMENT,
        ),
        "answer": Transition(
            RecordsAction.RECORDS_CASE_ANSWERED, _("Answer the requester"), BEFORE_ANSWER, State.DECIDED
        ),
        "decide": Transition(
            RecordsAction.RECORDS_CASE_DECIDED,
            _("Decide in writing"),
            (State.ASSESSMENT, State.DECIDED),
            State.DECIDED,
        ),
        "refer": Transition(
            RecordsAction.RECORDS_CASE_REFERRED, _("Refer to another authority"), BEFORE_ANSWER, State.CLOSED
        ),
        "withdraw": Transition(
            RecordsAction.RECORDS_CASE_WITHDRAWN,
            _("Record that the request is withdrawn"),
            BEFORE_ANSWER,
            State.CLOSED,
        ),
        "reassess": Transition(
            RecordsAction.RECORDS_CASE_REASSESSED,
            pgettext_lazy("public-records case", "Assess again"),
            (State.DECIDED, State.APPEALED),
            State.ASSESSMENT,
        ),
        "appeal": Transition(
            RecordsAction.RECORDS_CASE_APPEALED,
            _("Register an appeal"),
            (State.DECIDED, State.CLOSED),
            State.APPEALED,
        ),
        "settle": Transition(
            RecordsAction.RECORDS_CASE_SETTLED, _("Record the outcome"), (State.APPEALED,), State.DECIDED
        ),
        "close": Transition(
            RecordsAction.RECORDS_CASE_CLOSED,
            pgettext_lazy("public-records case", "Close"),
            (State.DECIDED,),
            State.CLOSED,
        ),
        "reopen": Transition(
            RecordsAction.RECORDS_CASE_REOPENED,
            pgettext_lazy("public-records case", "Reopen"),
            (State.CLOSED,),
            State.DECIDED,
        ),
    },
    has_private_notes=True,
)
BY_HAND = ("withdraw", "reassess", "close", "reopen")
"""Steps that are buttons of their own; the others come with what leads to them."""
HISTORY_LABELS = {
    "registered": pgettext_lazy("public-records case", "Registered"),
    "responsible": _("Responsible officer changed"),
    "requester_changed": _("Requester’s details changed"),
    "material_added": _("Material added"),
    "material_removed": _("Material removed"),
    "consulted": _("Consultation sent"),
    "reminded": _("Reminder sent"),
    "consultation_answered": _("Consultation answered"),
    "assessed": _("Material assessed"),
    "decision_wanted": _("The requester asked for a written decision"),
    "served": _("Service recorded"),
    "forwarded": _("Appeal forwarded"),
}


def answer_due(case: RecordsCase) -> datetime:
    """The authority's own target. The law names no day: "promptly" (TF 2:16)."""
    return case.asked_at + timedelta(days=ANSWER_DAYS.value)


def is_late(case: RecordsCase) -> bool:
    return case.state in BEFORE_ANSWER and timezone.now() > answer_due(case)
