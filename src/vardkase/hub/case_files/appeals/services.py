"""Services for appeals. Each raises NotFound, Forbidden, NotImpartial, Conflict, and Invalid by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.appeals.hooks import AppealStepped, appeal_stepped
from vardkase.hub.case_files.appeals.kinds import kind_of
from vardkase.hub.case_files.appeals.models import (
    Appeal,
    AppealState,
    CourtOutcome,
    LateException,
    number_of,
)
from vardkase.hub.case_files.appeals.queries import with_documents
from vardkase.hub.case_files.appeals.rules import APPEAL, DISMISS_APPEAL, HERE, STANDS, is_late
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.queries import is_of_hub_owner
from vardkase.hub.case_files.services import file_received, target_of
from vardkase.hub.law.working_days import is_working_day, next_working_day
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

EXCEPTIONS = [LateException.NONE, LateException.INSTRUCTIONS, LateException.COURT]
"""What an officer may find. That the dismissal was quashed is for a court."""
LONGEST_TEXT = 10_000
LONGEST_LINE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedAppeal:
    """An appeal as it arrived; `deemed_on` and why, if it counts as having arrived earlier (22 § FL)."""

    appellant: str
    claim: str
    arrived_on: date
    deemed_on: date | None = None
    deemed_why: str = ""
    asks_for_stay: bool = False
    text: str = ""
    content: bytes = b""
    media_type: str = "text/plain"
    file_name: str = ""


@transaction.atomic
def register_appeal(actor: Actor, case_file: CaseFile, decision_id: int, given: ReceivedAppeal) -> Appeal:
    require_handler(actor, case_file)
    kind_of(case_file).prepare(actor, case_file)
    return register_received(actor, case_file, decision_id, given)


@transaction.atomic
def register_received(
    actor: AuditActor, case_file: CaseFile, decision_id: int, given: ReceivedAppeal
) -> Appeal:
    """As `register_appeal`, for a caller that has checked who acts."""
    kind = kind_of(case_file)
    decision = next((each for each in kind.decisions(case_file) if each.pk == decision_id), None)
    errors = _faults(decision, given)
    if errors or decision is None:
        raise Invalid(errors)
    with override("sv"):
        title = gettext("Appeal against %(number)s") % {"number": number_of(decision) or case_file.number}
    document = file_received(
        actor,
        case_file,
        title,
        counterpart=given.appellant,
        text=given.text or given.claim,
        content=given.content,
        media_type=given.media_type,
        file_name=given.file_name,
        occurred_at=None,
    )
    made = Appeal.objects.create(
        case_file=case_file,
        decision=decision,
        document=document,
        appellant=" ".join(given.appellant.split()),
        claim=given.claim.strip(),
        asks_for_stay=given.asks_for_stay,
        arrived_on=given.arrived_on,
        deemed_on=given.deemed_on,
        deemed_why=given.deemed_why.strip()[:LONGEST_LINE],
        last_day=kind.last_day(case_file, decision),
        registered_by=actor.name[:255],
    )
    change = {"letter": made.decision_number, "arrived": given.arrived_on.isoformat()}
    record(actor, CaseAction.APPEAL_REGISTERED, target_of(case_file), change)
    appeal_stepped.emit(AppealStepped(actor, made, "register"))
    return made


def _faults(decision: CaseDocument | None, given: ReceivedAppeal) -> dict[str, list[Problem]]:
    errors: dict[str, list[Problem]] = {}
    if decision is None:
        errors["decision"] = [CaseFileProblem.NOT_APPEALABLE()]
    for name, text, longest in (
        ("appellant", given.appellant, LONGEST_LINE),
        ("claim", given.claim, LONGEST_TEXT),
    ):
        if not text.strip() or len(text) > longest or "\0" in text:
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
    if given.arrived_on > today() or (
        decision and given.arrived_on < timezone.localdate(decision.occurred_at)
    ):
        errors["arrived_on"] = [CaseFileProblem.ARRIVAL_DAY()]
    if given.deemed_on and not is_day_before(given.deemed_on, given.arrived_on):
        errors["deemed_on"] = [CaseFileProblem.DEEMED_DAY()]
    elif given.deemed_on and not given.deemed_why.strip():
        errors["deemed_why"] = [HubProblem.TEXT_LENGTH(count=LONGEST_LINE)]
    return errors


@transaction.atomic
def check_time(actor: Actor, appeal_id: int, exception: str = "", note: str = "") -> Appeal:
    """Find that an appeal came in time, or dismiss it. Nothing but time is tested (45 §).

    A late one is dismissed unless `exception` applies, which `note` explains; else it gives further reasons, if any.
    The dismissal is a decision by letter.
    """
    appeal = _locked(actor, appeal_id)
    kind = kind_of(appeal.case_file)
    kind.require_time_tester(actor, appeal)
    # The service of the decision may have been recorded since.
    appeal.last_day = kind.last_day(appeal.case_file, appeal.decision)
    appeal.save(update_fields=["last_day"])
    if not is_late(appeal):
        _step(actor, appeal, "find_in_time")
        return appeal
    if exception not in EXCEPTIONS:
        raise Invalid({"exception": [CommonProblem.NO_SUCH_CHOICE(choices=EXCEPTIONS)]})
    appeal.exception, appeal.exception_note = exception, _text(note, "note", required=bool(exception))
    appeal.save(update_fields=["exception", "exception_note"])
    if exception:
        _step(actor, appeal, "find_in_time", appeal.exception_note)
        return appeal
    # Other authorities have delegations of their own.
    if is_of_hub_owner(appeal.case_file):
        DISMISS_APPEAL.require_right(actor)
    appeal.letter = kind.dismiss(actor, appeal)
    appeal.save(update_fields=["letter"])
    _step(actor, appeal, "dismiss")
    return appeal


@transaction.atomic
def withdraw(actor: Actor, appeal_id: int, note: str) -> Appeal:
    """Record that the appellant has withdrawn the appeal before it was handed over; `note` says how."""
    appeal = _locked(actor, appeal_id)
    _step(actor, appeal, "withdraw", _text(note, "note"))
    return appeal


@transaction.atomic
def record_met(actor: Actor, appeal_id: int, decision_id: int, note: str) -> Appeal:
    """Record the new decision by which the authority itself did what the appellant asks for (37–39 §§).

    The appeal remains to be handed over, with both decisions: it counts as one against the new (46 §).
    """
    appeal = _locked(actor, appeal_id)
    later = kind_of(appeal.case_file).new_decisions(appeal)
    changed_by = next((each for each in later if each.pk == decision_id), None)
    if changed_by is None:
        raise Invalid({"decision": [CaseFileProblem.NO_NEW_DECISION()]})
    appeal.reviewed = _text(note, "note")
    appeal.save(update_fields=["reviewed"])
    _change(actor, appeal, changed_by)
    return appeal


@transaction.atomic
def decided_again(actor: AuditActor, case_file: CaseFile, decision: CaseDocument) -> bool:
    """Let `decision` change the one of the appeals that are not handed over, and carry out what a court decided.

    For a caller that has checked who acts. Returns whether there is such an appeal.
    """
    rows = _rows().filter(case_file=case_file)
    here = list(rows.filter(state__in=HERE))
    for appeal in here:
        _change(actor, appeal, decision)
    for appeal in rows.filter(state=AppealState.DECIDED):
        _step(actor, appeal, "carry_out", decision.title)
    return bool(here)


@transaction.atomic
def forward(actor: Actor, appeal_id: int, reviewed: str, court: str = "") -> Appeal:
    """Hand the appeal over to the court; `reviewed` says why the decision stands, or how it was changed (38–39 §§)."""
    appeal = _locked(actor, appeal_id)
    kind = kind_of(appeal.case_file)
    appeal.reviewed = _text(reviewed, "reviewed")
    appeal.court = _line(court or kind.receiver(appeal.case_file), "court")
    appeal.save(update_fields=["reviewed", "court"])
    APPEAL.after(appeal.state, "forward")
    appeal.letter = kind.hand_over(actor, appeal)
    appeal.save(update_fields=["letter"])
    _step(actor, appeal, "forward", appeal.reviewed)
    return appeal


@transaction.atomic
def record_outcome(actor: Actor, appeal_id: int, outcome: str, on: date | None, note: str) -> Appeal:
    """Record what the court decided; what follows for the party is carried out by `carry_out`."""
    appeal = _locked(actor, appeal_id)
    errors: dict[str, list[Problem]] = {}
    if outcome not in CourtOutcome.values:
        errors["outcome"] = [CommonProblem.NO_SUCH_CHOICE(choices=CourtOutcome.values)]
    if on is None or not appeal.arrived_on <= on <= today():
        errors["on"] = [CaseFileProblem.ARRIVAL_DAY()]
    if errors:
        raise Invalid(errors)
    appeal.outcome, appeal.outcome_on, appeal.outcome_note = outcome, on, _text(note, "note")
    appeal.save(update_fields=["outcome", "outcome_on", "outcome_note"])
    _step(actor, appeal, "decide", appeal.outcome_note)
    if outcome in STANDS or _revive_dismissed(actor, appeal):
        _step(actor, appeal, "carry_out")
    return appeal


@transaction.atomic
def carry_out(actor: Actor, appeal_id: int, note: str, until: date | None = None) -> Appeal | ApprovalRequest:
    """Propose to another person what follows from the court's decision, or record what people did because of it.

    `until`: how long a security statement counts as valid, where that is what follows.
    """
    appeal = _locked(actor, appeal_id)
    note = _text(note, "note")
    APPEAL.after(appeal.state, "carry_out")
    kind = kind_of(appeal.case_file)
    if kind.consequences(appeal):
        return kind.propose_consequences(actor, appeal, note, until)
    _step(actor, appeal, "carry_out", note)
    return appeal


def locked_decided(appeal_id: int) -> Appeal:
    """For an approved proposal. Raises TransitionRefused unless its outcome waits to be carried out."""
    appeal = first_or_not_found(_rows().filter(pk=appeal_id), CaseFileProblem.NO_SUCH_APPEAL())
    APPEAL.after(appeal.state, "carry_out")
    return appeal


def carried_out(actor: AuditActor, appeal: Appeal, note: str) -> None:
    """What followed has been done, by a caller that has checked who acts."""
    _step(actor, appeal, "carry_out", note)


def _revive_dismissed(actor: Actor, appeal: Appeal) -> bool:
    """If the court set a dismissal aside: the appeal that it dismissed is not late, and is handed over."""
    dismissed = _rows().filter(letter=appeal.decision_id, state=AppealState.DISMISSED).first()
    if dismissed is None:
        return False
    dismissed.exception, dismissed.exception_note = LateException.OVERRULED, appeal.outcome_note
    dismissed.save(update_fields=["exception", "exception_note"])
    _step(actor, dismissed, "revive", appeal.outcome_note)
    return True


def _change(actor: AuditActor, appeal: Appeal, decision: CaseDocument) -> None:
    appeal.new_decision = decision
    appeal.save(update_fields=["new_decision"])
    _step(actor, appeal, "change", appeal.reviewed)


def _step(actor: AuditActor, appeal: Appeal, name: str, note: str = "") -> None:
    take_step(actor, APPEAL, appeal, name, note)
    appeal_stepped.emit(AppealStepped(actor, appeal, name, note))


def is_day_before(deemed_on: date, arrived_on: date) -> bool:
    """Whether it is the last working day before: what is found in the post then counts as there (22 § FL)."""
    after = next_working_day(deemed_on + timedelta(days=1))
    return is_working_day(deemed_on) and deemed_on < arrived_on <= after


def _rows() -> QuerySet[Appeal]:
    return with_documents(Appeal.objects.select_for_update(of=("self",)))


def _locked(actor: Actor, appeal_id: int) -> Appeal:
    appeal = first_or_not_found(_rows().filter(pk=appeal_id), CaseFileProblem.NO_SUCH_APPEAL())
    require_handler(actor, appeal.case_file)
    if not appeal.case_file.is_open:
        raise Conflict(CaseFileProblem.CLOSED())
    return appeal


def _text(text: str, field: str, *, required: bool = True) -> str:
    text = text.replace("\r\n", "\n").strip()
    if (required and not text) or len(text) > LONGEST_TEXT or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST_TEXT)]})
    return text


def _line(text: str, field: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_LINE or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST_LINE)]})
    return text
