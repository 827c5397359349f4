"""Appeals against a written decision: registered, checked for timeliness, handed over, and their outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.case_files.appeals.models import LateException
from vardkase.hub.case_files.appeals.services import is_day_before
from vardkase.hub.case_files.models import Direction
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.services import reopen_case_file
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases import filing, letters, mails
from vardkase.hub.public_records.cases.models import (
    CaseState,
    RecordsAnswer,
    RecordsAnswerKind,
    RecordsAppeal,
    RecordsAppealOutcome,
    RecordsCase,
    Requester,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.services.answering import end
from vardkase.hub.public_records.cases.services.opening import as_requester, for_update, locked
from vardkase.hub.public_records.cases.texts import line_of, text_of
from vardkase.hub.public_records.officers.queries import office_of
from vardkase.identity.access.actor import Actor

Outcome = RecordsAppealOutcome
STANDS = (Outcome.UPHELD, Outcome.WITHDRAWN)
TO_CARRY_OUT = (Outcome.CHANGED, Outcome.REMITTED)


def last_day_of_appeal(answer: RecordsAnswer) -> date | None:
    """None while it is not known when the decision was served."""
    if answer.case.requester == Requester.STATE:
        return last_day(find_deadline("appeal_public"), timezone.localdate(answer.at))
    return last_day(find_deadline("appeal_private"), answer.served_on) if answer.served_on else None


@transaction.atomic
def register_appeal(actor: Actor, number: str, data: Mapping[str, Any]) -> RecordsAppeal:
    """Register an appeal of the latest decision: `arrived_on`, `text`, and `deemed_on` with `deemed_why` (22 § FL).

    Raises Invalid by field, Conflict.
    """
    case = for_update(actor, number)
    arrived = data.get("arrived_on")
    text = text_of(data.get("text"), "text", most=10_000)
    latest = _appealable(case)
    if not isinstance(arrived, date) or not timezone.localdate(latest.at) <= arrived <= today():
        raise Invalid({"arrived_on": [RecordsProblem.SERVED_EARLY()]})
    deemed = data.get("deemed_on")
    if deemed and not (isinstance(deemed, date) and is_day_before(deemed, arrived)):
        raise Invalid({"deemed_on": [CaseFileProblem.DEEMED_DAY()]})
    why = line_of(data.get("deemed_why"), "deemed_why", required=bool(deemed))
    if case.state == CaseState.CLOSED:
        reopen_case_file(actor, filing.file_of(case))
    return _register(actor, case, latest, arrived, text, deemed or None, why)


@transaction.atomic
def appeal_by_link(visitor: Actor, case: RecordsCase, text: Any) -> RecordsAppeal:
    """The requester appeals through the private link, while the case is open. Raises Invalid by field, Conflict."""
    case = locked(case.pk)
    if case.state == CaseState.CLOSED:
        raise TransitionRefused(CASE.refusal(case.state, "appeal"))
    made = _register(
        as_requester(visitor), case, _appealable(case), today(), text_of(text, "text", most=10_000)
    )
    mails.tell_officers(visitor, case)
    return made


@transaction.atomic
def forward(actor: Actor, number: str, reasons: str, exception: str = "", note: str = "") -> RecordsAppeal:
    """Hand the appeal over with the file (46 § FL); `reasons`: whether the decision was to be changed (38 §).

    One that arrived late only with an `exception` (45 §), which `note` explains. Raises Invalid by field, and Conflict
    if what the letter states is missing.
    """
    case = for_update(actor, number)
    appeal = open_appeal(case)
    if appeal.forwarded_at:
        raise Conflict(RecordsProblem.APPEAL_OPEN())
    if appeal.is_to_dismiss:
        _except(appeal, exception, note)
    written = text_of(reasons, "reasons")
    to = receiver(case)
    letter = letters.forwarding_letter(actor, appeal, to, written)
    with override("sv"):
        title = gettext("Appeal handed over")
    appeal.letter = filing.file_bytes(
        actor, case, title, letter, filing.PDF, other=to, name=f"{case.number}-forwarded.pdf"
    )
    appeal.forwarded_at, appeal.forwarded_to = timezone.now(), to[:120]
    appeal.save(update_fields=["letter", "forwarded_at", "forwarded_to", "exception", "exception_note"])
    note_in_history(actor, CASE, case, HubAction.RECORDS_CASE_FORWARDED, to)
    return appeal


@transaction.atomic
def dismiss(actor: Actor, number: str, reasons: str) -> RecordsAppeal:
    """Dismiss an appeal that arrived late (45 § FL). Raises Conflict if it did not."""
    case = for_update(actor, number)
    appeal = open_appeal(case)
    if not appeal.is_to_dismiss or appeal.forwarded_at:
        raise Conflict(RecordsProblem.NOT_LATE())
    reasons = text_of(reasons, "reasons", required=False)
    letter = letters.late_letter(actor, appeal, receiver(case), reasons)
    with override("sv"):
        title, other = gettext("Decision to dismiss an appeal"), case.name or gettext("Anonymous requester")
    appeal.letter = filing.file_bytes(
        actor, case, title, letter, filing.PDF, other=other, name=f"{case.number}-dismissed.pdf"
    )
    _close(appeal, Outcome.DISMISSED, today(), reasons)
    # A decision of its own, which is served and can be appealed.
    RecordsAnswer.objects.create(
        case=case,
        kind=RecordsAnswerKind.DISMISSAL,
        outcome="",
        reasons=reasons,
        letter=appeal.letter,
        decided_by=actor.name,
    )
    take_step(actor, CASE, case, "settle")
    mails.tell_of_answer(actor, case)
    return appeal


@transaction.atomic
def settle(actor: Actor, number: str, data: Mapping[str, Any]) -> RecordsAppeal:
    """Record the outcome: `outcome`, `on`, `note`. A changed or returned decision leads back to the assessment, to be
    carried out. Raises Invalid by field, Conflict unless the appeal was handed over or is withdrawn."""
    case = for_update(actor, number)
    appeal = open_appeal(case)
    outcome, on = str(data.get("outcome") or ""), data.get("on")
    offered = [*STANDS, *TO_CARRY_OUT]
    if outcome not in offered:
        raise Invalid({"outcome": [CommonProblem.NO_SUCH_CHOICE(choices=offered)]})
    if not isinstance(on, date) or not appeal.arrived_on <= on <= today():
        raise Invalid({"on": [RecordsProblem.SERVED_EARLY()]})
    if outcome != Outcome.WITHDRAWN and not appeal.forwarded_at:
        raise Conflict(RecordsProblem.NOT_FORWARDED())
    note = text_of(data.get("note"), "note", required=False)
    _close(appeal, Outcome(outcome), on, note)
    with override("sv"):
        title = gettext("Outcome of the appeal")
    words = f"{Outcome(outcome).label}\n\n{note}".strip()
    filing.file_text(actor, case, Direction.INCOMING, title, words, other=appeal.forwarded_to)
    if appeal.answer.kind == RecordsAnswerKind.DISMISSAL:
        take_step(actor, CASE, case, "settle", note)
        if outcome in TO_CARRY_OUT:
            _revive(actor, case, appeal, note)
    else:
        take_step(actor, CASE, case, "settle" if outcome in STANDS else "reassess", note)
    return appeal


@transaction.atomic
def step(actor: Actor, number: str, name: str, note: str = "") -> RecordsCase:
    """Take a step by hand: withdraw, reassess, close, reopen. Raises TransitionRefused."""
    case = for_update(actor, number)
    note = text_of(note, "note", required=False)
    if name not in ("withdraw", "reassess", "close", "reopen"):
        raise TransitionRefused(CASE.refusal(case.state, name))
    is_appealed = RecordsAppeal.objects.filter(answer__case=case, outcome="").exists()
    if name in ("withdraw", "close") and is_appealed:
        raise TransitionRefused(RecordsProblem.APPEAL_OPEN())
    if name == "reassess" and case.state == CaseState.APPEALED and open_appeal(case).forwarded_at:
        raise TransitionRefused(RecordsProblem.APPEAL_OPEN())
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


def receiver(case: RecordsCase) -> str:
    with override("sv"):
        return (
            gettext("The Government")
            if letters.goes_to_government(case)
            else office_of(case.authority_id).court
        )


def open_appeal(case: RecordsCase) -> RecordsAppeal:
    """Raises Conflict if there is none."""
    rows = RecordsAppeal.objects.filter(answer__case=case, outcome="").select_related(
        "answer__case__authority", "new_answer"
    )
    found = rows.first()
    if found is None:
        raise Conflict(RecordsProblem.NO_OPEN_APPEAL())
    return found


def _appealable(case: RecordsCase) -> RecordsAnswer:
    decisions = case.answers.select_related("case").filter(kind__in=letters.DECISIONS).order_by("-pk")
    try:
        latest = first_or_not_found(decisions, RecordsProblem.ONLY_DECISIONS())
    except NotFound as missing:
        raise Conflict(RecordsProblem.ONLY_DECISIONS()) from missing
    if not letters.can_be_appealed(latest):
        raise Conflict(RecordsProblem.NOT_APPEALABLE())
    if RecordsAppeal.objects.filter(answer__case=case, outcome="").exists():
        raise Conflict(RecordsProblem.APPEAL_OPEN())
    return latest


def _register(
    actor: AuditActor,
    case: RecordsCase,
    answer: RecordsAnswer,
    arrived: date,
    text: str,
    deemed_on: date | None = None,
    deemed_why: str = "",
) -> RecordsAppeal:
    last = last_day_of_appeal(answer)
    made = RecordsAppeal.objects.create(
        answer=answer,
        arrived_on=arrived,
        deemed_on=deemed_on,
        deemed_why=deemed_why,
        last_day=last,
        # While nobody knows when it was served, it is in time.
        is_late=last is not None and (deemed_on or arrived) > last,
        text=text,
        registered_by=actor.name,
    )
    with override("sv"):
        title, other = gettext("Appeal"), case.name or gettext("Anonymous requester")
    filing.file_text(actor, case, Direction.INCOMING, title, text, other=other)
    case.closed_at = None
    case.save(update_fields=["closed_at"])
    take_step(actor, CASE, case, "appeal")
    return made


def _except(appeal: RecordsAppeal, exception: str, note: str) -> None:
    if not exception:
        raise Conflict(RecordsProblem.IS_LATE())
    offered = [LateException.INSTRUCTIONS, LateException.COURT]
    if exception not in offered:
        raise Invalid({"exception": [CommonProblem.NO_SUCH_CHOICE(choices=[str(one) for one in offered])]})
    appeal.exception, appeal.exception_note = exception, text_of(note, "note")


def _revive(actor: Actor, case: RecordsCase, against_dismissal: RecordsAppeal, note: str) -> None:
    """The dismissal was quashed: the appeal that it dismissed is open again, and is handed over."""
    dismissed = RecordsAppeal.objects.filter(letter=against_dismissal.answer.letter).exclude(
        pk=against_dismissal.pk
    )
    dismissed.update(
        outcome="", outcome_on=None, letter=None, exception=LateException.OVERRULED, exception_note=note
    )
    take_step(actor, CASE, case, "appeal", note)


def _close(appeal: RecordsAppeal, outcome: Outcome, on: date, note: str) -> None:
    appeal.outcome, appeal.outcome_on, appeal.outcome_note = outcome, on, note
    appeal.save(update_fields=["outcome", "outcome_on", "outcome_note", "letter"])
