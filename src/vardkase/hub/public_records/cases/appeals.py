"""Appeals against decisions on public records: what they have of their own, and what follows in the case."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.core.errors import Conflict
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.case_files.appeals.hooks import AppealStepped
from vardkase.hub.case_files.appeals.kinds import AppealKind
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.rules import OPEN, STANDS
from vardkase.hub.case_files.models import CaseDocument, CaseFile, Direction
from vardkase.hub.case_files.services import reopen_case_file
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases import filing, letters, mails
from vardkase.hub.public_records.cases.models import (
    CaseState,
    RecordsAnswer,
    RecordsAnswerKind,
    RecordsCase,
    Requester,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.services.opening import for_update, locked
from vardkase.hub.public_records.officers.queries import office_of
from vardkase.identity.access.actor import Actor


class RecordsAppeals(AppealKind):
    """Only the latest decision is appealed, one appeal at a time; each answer is the authority's officers' own."""

    def decisions(self, case_file: CaseFile) -> list[CaseDocument]:
        latest = _latest(case_file.thing_id)
        if latest is None or not letters.can_be_appealed(latest) or open_appeal(case_file.thing_id):
            return []
        rows = CaseDocument.every.filter(pk=latest.letter_id).select_related("letter")
        return list(rows.defer("content", "text"))

    def last_day(self, case_file: CaseFile, decision: CaseDocument) -> date | None:
        return last_day_of_appeal(answer_in(decision))

    def receiver(self, case_file: CaseFile) -> str:
        case = _case(case_file)
        with override("sv"):
            if letters.goes_to_government(case):
                return gettext("The Government")
        return office_of(case.authority_id).court

    def appellant(self, case_file: CaseFile) -> str:
        return appellant_of(_case(case_file))

    def prepare(self, actor: Actor, case_file: CaseFile) -> None:
        case = for_update(actor, case_file.number)
        require_appealable(case)
        if case.state == CaseState.CLOSED:
            reopen_case_file(actor, case_file)

    def dismiss(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        case = locked(appeal.case_file.thing_id)
        content = letters.late_letter(actor, appeal, self.receiver(appeal.case_file))
        with override("sv"):
            title = gettext("Decision to dismiss an appeal")
        letter = filing.file_bytes(
            actor,
            case,
            title,
            content,
            filing.PDF,
            other=appeal.appellant,
            name=f"{case.number}-dismissed.pdf",
        )
        # A decision of its own, which is served and can be appealed.
        RecordsAnswer.objects.create(
            case=case,
            kind=RecordsAnswerKind.DISMISSAL,
            outcome="",
            reasons=appeal.exception_note,
            letter=letter,
            decided_by=actor.name,
        )
        return letter

    def hand_over(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        case = locked(appeal.case_file.thing_id)
        content = letters.forwarding_letter(actor, appeal)
        with override("sv"):
            title = gettext("Appeal forwarded")
        return filing.file_bytes(
            actor,
            case,
            title,
            content,
            filing.PDF,
            other=appeal.court,
            name=f"{case.number}-forwarded.pdf",
        )


def follow_appeal(stepped: AppealStepped) -> None:
    """Take the step of the case that belongs to the step of an appeal."""
    appeal, actor = stepped.appeal, stepped.actor
    if appeal.case_file.thing_kind != filing.THING:
        return
    case = locked(appeal.case_file.thing_id)
    match stepped.step:
        case "register" | "revive":
            case.closed_at = None
            case.save(update_fields=["closed_at"])
            take_step(actor, CASE, case, "appeal", stepped.note)
        case "dismiss" | "withdraw":
            if case.state == CaseState.APPEALED:
                take_step(actor, CASE, case, "settle", stepped.note)
            if stepped.step == "dismiss":
                mails.tell_of_answer(actor, case)
        case "change":
            take_step(actor, CASE, case, "appeal")
        case "forward":
            note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_FORWARDED, appeal.court)
        case "decide":
            with override("sv"):
                title, outcome = gettext("Outcome of the appeal"), appeal.get_outcome_display()
            words = f"{outcome}\n\n{stepped.note}".strip()
            filing.file_text(actor, case, Direction.INCOMING, title, words, other=appeal.court)
            stands = (
                appeal.outcome in STANDS or answer_in(appeal.decision).kind == RecordsAnswerKind.DISMISSAL
            )
            # It is not where the decision is made anew already.
            if case.state == CaseState.APPEALED:
                take_step(actor, CASE, case, "settle" if stands else "reassess", stepped.note)


def last_day_of_appeal(answer: RecordsAnswer) -> date | None:
    if answer.case.requester == Requester.STATE:
        return last_day(find_deadline("appeal_public"), timezone.localdate(answer.at))
    return last_day(find_deadline("appeal_private"), answer.served_on) if answer.served_on else None


def open_appeal(case_id: int) -> Appeal | None:
    """The one that no court has decided yet, and that is neither dismissed nor withdrawn."""
    rows = Appeal.objects.filter(
        case_file__thing_kind=filing.THING, case_file__thing_id=case_id, state__in=OPEN
    )
    return rows.select_related("case_file").first()


def require_appealable(case: RecordsCase) -> RecordsAnswer:
    """The latest decision. Raises Conflict if there is none, or none that can be appealed now."""
    latest = _latest(case.pk)
    if latest is None:
        raise Conflict(RecordsProblem.ONLY_DECISIONS())
    if not letters.can_be_appealed(latest):
        raise Conflict(RecordsProblem.NOT_APPEALABLE())
    if open_appeal(case.pk):
        raise Conflict(RecordsProblem.APPEAL_OPEN())
    return latest


def answer_in(decision: CaseDocument) -> RecordsAnswer:
    rows = RecordsAnswer.objects.select_related("case__authority")
    return first_or_not_found(rows.filter(letter=decision), RecordsProblem.NO_SUCH_ANSWER())


def appellant_of(case: RecordsCase) -> str:
    return case.name or letters.anonymous()


def _latest(case_id: int) -> RecordsAnswer | None:
    rows = RecordsAnswer.objects.filter(case=case_id, kind__in=letters.DECISIONS).select_related("case")
    return rows.order_by("-pk").first()


def _case(case_file: CaseFile) -> RecordsCase:
    return RecordsCase.objects.select_related("authority").get(pk=case_file.thing_id)
