"""Services for hearings. The package whose decision is intended has checked who acts, unless they take an Actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.case_files.access import require_handler
from vardkase.hub.case_files.hearings.models import Hearing, HearingAnswer
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.services import file_received, target_of
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day, next_working_day
from vardkase.identity.access.actor import Actor

LONGEST_PERIOD = timedelta(days=366)
SHORTEST_PERIOD = timedelta(days=1)
DEADLINE = "hearing"
MOST_ANSWERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a party writes or sends: a text, a file, or both."""

    text: str = ""
    content: bytes = b""
    media_type: str = "text/plain"
    file_name: str = ""


def default_answer_by() -> date:
    """The last day to comment by the deadline of `hub.law`; a week if that names no day."""
    return last_day(find_deadline(DEADLINE), today()) or next_working_day(today() + timedelta(weeks=1))


def checked_answer_by(day: date | None) -> date:
    """Raises Invalid under `answer_by`."""
    day = day or default_answer_by()
    if not SHORTEST_PERIOD <= day - today() <= LONGEST_PERIOD:
        raise Invalid({"answer_by": [CaseFileProblem.ANSWER_BY(most=LONGEST_PERIOD.days)]})
    return day


@transaction.atomic
def open_hearing(
    actor: AuditActor,
    case_file: CaseFile,
    letter: Letter,
    intended: str,
    answer_by: date,
    documents: Iterable[CaseDocument] = (),
) -> Hearing:
    """Record that the party has been asked by `letter`, which has been written and sent."""
    made = Hearing.objects.create(
        case_file=case_file,
        letter=letter,
        intended=intended,
        answer_by=answer_by,
        opened_by=actor.name[:255],
    )
    made.documents.set(documents)
    change = {"letter": letter.number, "intended": intended, "answer_by": answer_by.isoformat()}
    record(actor, CaseAction.CASE_HEARING_OPENED, target_of(case_file), change)
    return made


@transaction.atomic
def answer(actor: AuditActor, hearing_id: int, who: str, given: Answer) -> Hearing:
    """File what the party says; `actor` acts for the party. Raises NotFound, Conflict, Invalid by field."""
    return _answer(actor, _locked(hearing_id), who, given, None)


@transaction.atomic
def record_answer(
    actor: Actor, hearing_id: int, who: str, given: Answer, occurred_at: datetime | None = None
) -> Hearing:
    """File an answer that reached the authority in another way.

    Raises NotFound, Forbidden, Conflict, Invalid by field.
    """
    hearing = _locked(hearing_id)
    require_handler(actor, hearing.case_file)
    if occurred_at and not hearing.at <= occurred_at <= timezone.now():
        raise Invalid({"occurred_at": [CaseFileProblem.NOT_SINCE_LETTER()]})
    return _answer(actor, hearing, who, given, occurred_at)


def conclude(hearing: Hearing) -> None:
    """A decision has been made on it: no more answers are taken."""
    hearing.concluded_at = timezone.now()
    hearing.save(update_fields=["concluded_at"])


def _locked(hearing_id: int) -> Hearing:
    rows = Hearing.objects.select_for_update(of=("self",)).select_related("case_file")
    return first_or_not_found(rows.filter(pk=hearing_id), CaseFileProblem.NO_SUCH_HEARING())


def _answer(
    actor: AuditActor, hearing: Hearing, who: str, given: Answer, occurred_at: datetime | None
) -> Hearing:
    if hearing.concluded_at is not None or hearing.answers.count() >= MOST_ANSWERS:
        raise Conflict(CaseFileProblem.HEARING_OVER())
    with override("sv"):
        title = gettext("Comments from the party")
    document = file_received(
        actor,
        hearing.case_file,
        title,
        counterpart=who,
        text=given.text,
        content=given.content,
        media_type=given.media_type,
        file_name=given.file_name,
        occurred_at=occurred_at,
    )
    HearingAnswer.objects.create(hearing=hearing, document=document)
    if hearing.answered_at is None:
        hearing.answered_at = document.occurred_at
        hearing.save(update_fields=["answered_at"])
    record(
        actor, CaseAction.CASE_HEARING_ANSWERED, target_of(hearing.case_file), {"document": document.number}
    )
    return hearing
