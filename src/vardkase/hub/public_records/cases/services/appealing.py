"""The requester appeals, and steps of a case that an officer takes by hand."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vardkase.core.clock import today
from vardkase.hub.case_files.appeals.models import Appeal, AppealState
from vardkase.hub.case_files.appeals.rules import APPEAL
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, register_received
from vardkase.hub.case_files.services import reopen_case_file
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.public_records.cases import filing, mails
from vardkase.hub.public_records.cases.appeals import appellant_of, open_appeal, require_appealable
from vardkase.hub.public_records.cases.models import CaseState, RecordsCase
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.services.answering import end
from vardkase.hub.public_records.cases.services.opening import as_requester, for_update, locked
from vardkase.hub.public_records.cases.texts import text_of
from vardkase.identity.access.actor import Actor


@transaction.atomic
def appeal_by_link(visitor: Actor, case: RecordsCase, text: Any) -> Appeal:
    """The requester appeals through the private link, while the case is open. Raises Invalid by field, Conflict."""
    case = locked(case.pk)
    if case.state == CaseState.CLOSED:
        raise TransitionRefused(CASE.refusal(case.state, "appeal"))
    decision = require_appealable(case).letter_id
    given = ReceivedAppeal(
        appellant=appellant_of(case), claim=text_of(text, "text", most=10_000), arrived_on=today()
    )
    made = register_received(as_requester(visitor), filing.file_of(case), decision, given)
    mails.tell_officers(visitor, case)
    return made


@transaction.atomic
def step(actor: Actor, number: str, name: str, note: str = "") -> RecordsCase:
    """Take a step by hand: withdraw, reassess, close, reopen. Raises TransitionRefused."""
    case = for_update(actor, number)
    note = text_of(note, "note", required=False)
    if name not in ("withdraw", "reassess", "close", "reopen"):
        raise TransitionRefused(CASE.refusal(case.state, name))
    appeal = open_appeal(case.pk)
    if appeal and name in ("withdraw", "close"):
        raise TransitionRefused(RecordsProblem.APPEAL_OPEN())
    if appeal and name == "reassess":
        _require_changeable(appeal)
    take_step(actor, CASE, case, name, note)
    if name == "withdraw":
        case.outcome = "withdrawn"
        case.save(update_fields=["outcome"])
    if case.state == CaseState.CLOSED:
        end(actor, case)
    elif name == "reopen":
        case.closed_at = None
        case.save(update_fields=["closed_at"])
        reopen_case_file(actor, filing.file_of(case))
    return case


def _require_changeable(appeal: Appeal) -> None:
    if appeal.state == AppealState.REGISTERED:
        raise TransitionRefused(RecordsProblem.TIME_FIRST())
    if not APPEAL.may(appeal.state, "change"):
        raise TransitionRefused(RecordsProblem.APPEAL_OPEN())
