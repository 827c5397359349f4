"""Services for appeals. Each raises NotFound, Forbidden, NotImpartial, Conflict, and Invalid by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.appeals import letters
from vardkase.hub.case_files.appeals.hooks import AppealDecided, appeal_decided
from vardkase.hub.case_files.appeals.models import Appeal, AppealState, CourtOutcome, LateException
from vardkase.hub.case_files.appeals.parties import party_of
from vardkase.hub.case_files.appeals.queries import appealable_letters, later_letters
from vardkase.hub.case_files.appeals.rules import APPEAL, is_late
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.services import file_received, target_of
from vardkase.hub.correspondence.letters.service import with_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.settings import APPEAL_COURT
from vardkase.hub.law.working_days import is_working_day, next_working_day
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

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
def register_appeal(actor: Actor, case_file: CaseFile, letter_id: int, given: ReceivedAppeal) -> Appeal:
    """File an appeal that has arrived, against one of the decisions in the case."""
    require_handler(actor, case_file)
    letter = next((each for each in appealable_letters(case_file) if each.pk == letter_id), None)
    errors: dict[str, list[Problem]] = {}
    if letter is None:
        errors["letter"] = [CaseFileProblem.NOT_APPEALABLE()]
    for name, text, longest in (
        ("appellant", given.appellant, LONGEST_LINE),
        ("claim", given.claim, LONGEST_TEXT),
    ):
        if not text.strip() or len(text) > longest or "\0" in text:
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
    if given.arrived_on > today() or (letter and given.arrived_on < letter.at.date()):
        errors["arrived_on"] = [CaseFileProblem.ARRIVAL_DAY()]
    if given.deemed_on and not is_day_before(given.deemed_on, given.arrived_on):
        errors["deemed_on"] = [CaseFileProblem.DEEMED_DAY()]
    elif given.deemed_on and not given.deemed_why.strip():
        errors["deemed_why"] = [HubProblem.TEXT_LENGTH(count=LONGEST_LINE)]
    if errors or letter is None:
        raise Invalid(errors)
    document = file_received(
        actor,
        case_file,
        gettext("Appeal against %(number)s") % {"number": letter.number},
        counterpart=given.appellant,
        text=given.text or given.claim,
        content=given.content,
        media_type=given.media_type,
        file_name=given.file_name,
        occurred_at=None,
    )
    made = Appeal.objects.create(
        case_file=case_file,
        letter=letter,
        document=document,
        appellant=" ".join(given.appellant.split()),
        claim=given.claim.strip(),
        asks_for_stay=given.asks_for_stay,
        arrived_on=given.arrived_on,
        deemed_on=given.deemed_on,
        deemed_why=given.deemed_why.strip()[:LONGEST_LINE],
        last_day=_last_day(letter, case_file),
        registered_by=actor.name[:255],
    )
    change = {"letter": letter.number, "arrived": given.arrived_on.isoformat()}
    record(actor, HubAction.APPEAL_REGISTERED, target_of(case_file), change)
    return made


@transaction.atomic
def check_time(actor: Actor, appeal_id: int, exception: str = "", note: str = "") -> Appeal:
    """Find that an appeal came in time, or dismiss it. Nothing but time is tested (45 §), and by a legal officer.

    A late one is dismissed unless `exception` applies, which `note` explains. The dismissal is a decision by letter.
    """
    appeal = _locked(actor, appeal_id)
    actor.require_staff(StaffRole.LEGAL_OFFICER)
    # The service of the decision may have been recorded since.
    appeal.last_day = _last_day(appeal.letter, appeal.case_file)
    appeal.save(update_fields=["last_day"])
    if not is_late(appeal):
        take_step(actor, APPEAL, appeal, "find_in_time")
        return appeal
    if exception not in LateException.values:
        raise Invalid({"exception": [CommonProblem.NO_SUCH_CHOICE(choices=LateException.values)]})
    if exception:
        appeal.exception, appeal.exception_note = exception, _text(note, "note")
        appeal.save(update_fields=["exception", "exception_note"])
        take_step(actor, APPEAL, appeal, "find_in_time", appeal.exception_note)
        return appeal
    take_step(actor, APPEAL, appeal, "dismiss")
    letters.dismissal(actor, appeal, party_of(appeal.case_file))
    return appeal


@transaction.atomic
def withdraw(actor: Actor, appeal_id: int, note: str) -> Appeal:
    """Record that the appellant has withdrawn the appeal before it was handed over; `note` says how."""
    appeal = _locked(actor, appeal_id)
    take_step(actor, APPEAL, appeal, "withdraw", _text(note, "note"))
    return appeal


@transaction.atomic
def record_met(actor: Actor, appeal_id: int, letter_id: int, note: str) -> Appeal:
    """Record the new decision by which the authority itself did what the appellant asks for (37–39 §§).

    The appeal remains to be handed over, with both decisions: it counts as one against the new (46 §).
    """
    appeal = _locked(actor, appeal_id)
    changed_by = later_letters(appeal).filter(pk=letter_id).first()
    if changed_by is None:
        raise Invalid({"letter": [CaseFileProblem.NO_NEW_DECISION()]})
    appeal.reviewed, appeal.new_decision = _text(note, "note"), changed_by
    appeal.save(update_fields=["reviewed", "new_decision"])
    take_step(actor, APPEAL, appeal, "change", appeal.reviewed)
    return appeal


@transaction.atomic
def forward(actor: Actor, appeal_id: int, reviewed: str, court: str = "") -> Appeal:
    """Hand the appeal over to the court; `reviewed` says why the decision stands, or how it was changed (38–39 §§)."""
    appeal = _locked(actor, appeal_id)
    appeal.reviewed, appeal.court = _text(reviewed, "reviewed"), _line(court or APPEAL_COURT.value, "court")
    appeal.save(update_fields=["reviewed", "court"])
    take_step(actor, APPEAL, appeal, "forward", appeal.reviewed)
    letters.hand_over(actor, appeal, party_of(appeal.case_file))
    return appeal


@transaction.atomic
def record_outcome(actor: Actor, appeal_id: int, outcome: str, on: date | None, note: str) -> Appeal:
    """Record what the court decided. What the hub can carry out at once is carried out."""
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
    take_step(actor, APPEAL, appeal, "decide", appeal.outcome_note)
    decided = AppealDecided(actor, appeal)
    appeal_decided.emit(decided)
    if decided.is_carried_out or outcome in (CourtOutcome.UPHELD, CourtOutcome.STRUCK_OUT):
        take_step(actor, APPEAL, appeal, "carry_out")
    return appeal


@transaction.atomic
def carry_out(actor: Actor, appeal_id: int, note: str) -> Appeal:
    """Record that an officer has carried out what the court decided."""
    appeal = _locked(actor, appeal_id)
    take_step(actor, APPEAL, appeal, "carry_out", _text(note, "note"))
    return appeal


def _last_day(letter: Letter, case_file: CaseFile) -> date | None:
    (served,) = with_service([letter], party_of(case_file).sector)
    return served.appeal_by


def is_day_before(deemed_on: date, arrived_on: date) -> bool:
    """Whether it is the last working day before: what is found in the post then counts as there (22 § FL)."""
    after = next_working_day(deemed_on + timedelta(days=1))
    return is_working_day(deemed_on) and deemed_on < arrived_on <= after


def _locked(actor: Actor, appeal_id: int) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).select_related(
        "letter", "case_file", "new_decision"
    )
    appeal = first_or_not_found(rows.filter(pk=appeal_id), CaseFileProblem.NO_SUCH_APPEAL())
    require_handler(actor, appeal.case_file)
    if not appeal.case_file.is_open:
        raise Conflict(CaseFileProblem.CLOSED())
    return appeal


def _text(text: str, field: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_TEXT or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST_TEXT)]})
    return text


def _line(text: str, field: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_LINE or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST_LINE)]})
    return text


__all__ = [
    "AppealState",
    "ReceivedAppeal",
    "carry_out",
    "check_time",
    "forward",
    "record_met",
    "record_outcome",
    "register_appeal",
    "withdraw",
]
