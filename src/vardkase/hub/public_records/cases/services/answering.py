"""Answering the requester: first the officer's answer (OSL 6:3), then, if wanted, the authority's written decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.case_files.appeals.services import decided_again
from vardkase.hub.case_files.models import CaseDocument, Direction
from vardkase.hub.case_files.services import close_case_file
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases import filing, letters, mails
from vardkase.hub.public_records.cases.appeals import open_appeal
from vardkase.hub.public_records.cases.models import (
    Assessed,
    CaseItem,
    CaseOutcome,
    CaseState,
    ItemAssessment,
    RecordsAnswer,
    RecordsAnswerKind,
    RecordsCase,
    RecordsServedHow,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.quarantine import has_quarantined
from vardkase.hub.public_records.cases.queries import find_case
from vardkase.hub.public_records.cases.release_copy import (
    files_to_read,
    items_to_release,
    made_copy,
    still_visible,
)
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER, CASE, DECIDE_ON_RECORDS
from vardkase.hub.public_records.cases.services.assessing import unassessed
from vardkase.hub.public_records.cases.services.opening import as_requester, for_update, locked
from vardkase.hub.public_records.cases.texts import line_of, text_of
from vardkase.hub.public_records.officers.fees import tariff_of
from vardkase.hub.public_records.officers.queries import office_of
from vardkase.hub.public_records.release.copying import ReleaseCopy
from vardkase.hub.signatures.signing import signed_record
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id

RELEASING = (CaseOutcome.RELEASED, CaseOutcome.PARTLY)


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """What would go out now. `visible`: where masked or withheld text still stands; `files`: attachments to read."""

    outcome: CaseOutcome
    unassessed: int
    has_copy: bool
    visible: list[str]
    files: list[str]


def check(actor: Actor, number: str) -> AnswerCheck:
    """What the officer looks at before answering. Raises Forbidden, NotFound."""
    case = find_case(actor, number)
    remaining = unassessed(case)
    if remaining or not CaseItem.every.filter(case=case).exists():
        return AnswerCheck(CaseOutcome.NOT_HELD, remaining, False, [], [])
    outcome = outcome_of(case)
    items = items_to_release(case)
    return AnswerCheck(outcome, 0, outcome in RELEASING, still_visible(items), files_to_read(items))


def draft_copy(actor: Actor, number: str) -> ReleaseCopy | None:
    """The copy as it would go out now; None if nothing would. Raises Forbidden, NotFound."""
    case = find_case(actor, number)
    if unassessed(case) or outcome_of(case) not in RELEASING:
        return None
    return made_copy(case, items_to_release(case), accepted=True)


def outcome_of(case: RecordsCase) -> CaseOutcome:
    found = set(ItemAssessment.objects.filter(item__case=case).values_list("outcome", flat=True))
    if has_quarantined(case):
        # Held, and not released: the officer gives the reasons.
        return CaseOutcome.PARTLY if found - {Assessed.WITHHOLD} else CaseOutcome.WITHHELD
    if not found:
        return CaseOutcome.NOT_HELD
    if found == {Assessed.RELEASE}:
        return CaseOutcome.RELEASED
    return CaseOutcome.WITHHELD if found == {Assessed.WITHHOLD} else CaseOutcome.PARTLY


@transaction.atomic
def answer(actor: Actor, number: str, data: Mapping[str, Any]) -> RecordsAnswer:
    """Answer, or decide in writing: `kind`, `reasons`, `presented_by`, `on_paper`, `accepts_visible`, `files_read`.

    Letter and copies go on file as they are sent, and the requester is told if there is an address. Raises Forbidden,
    NotFound, TransitionRefused, Invalid by field, and Conflict with what is missing.
    """
    case = for_update(actor, number)
    kind = _kind_of(case, data)
    if kind == RecordsAnswerKind.DECISION and case.authority_id == host_organisation_id():
        DECIDE_ON_RECORDS.require_right(actor)
    remaining = unassessed(case)
    if remaining:
        raise Conflict(RecordsProblem.NOT_ASSESSED(count=remaining))
    outcome = outcome_of(case)
    reasons = text_of(data.get("reasons"), "reasons", required=outcome != CaseOutcome.RELEASED)
    presented_by = line_of(data.get("presented_by"), "presented_by")
    items = items_to_release(case)
    assessments = list(ItemAssessment.objects.filter(item__case=case).select_related("item").order_by("item"))
    accepted = data.get("accepts_visible") is True
    said = [reasons, *(one.harm for one in assessments), *(one.condition for one in assessments)]
    if (visible := still_visible(items, *said)) and not accepted:
        raise Conflict(RecordsProblem.STILL_VISIBLE(places=visible[:10]))
    if (files := files_to_read(items)) and data.get("files_read") is not True:
        raise Conflict(RecordsProblem.FILES_UNREAD(names=files[:10]))
    made = made_copy(case, items, accepted=accepted) if outcome in RELEASING else None
    pages = made.pages if made else 0
    fee = tariff_of(office_of(case.authority_id)).fee(pages) if data.get("on_paper") is True else 0
    given = letters.Given(kind, outcome, reasons, presented_by, pages, fee)
    letter = letters.answer_letter(actor, case, given, assessments)
    stored = RecordsAnswer.objects.create(
        case=case,
        kind=kind,
        outcome=outcome,
        reasons=reasons,
        assessments={str(one.item_id): _kept(one) for one in assessments},
        pages=pages,
        fee=fee,
        letter=_filed(actor, case, kind, letter),
        copy_pdf=_filed_copy(actor, case, made.pdf, filing.PDF) if made else None,
        copy_json=_filed_copy(actor, case, made.json, filing.JSON) if made else None,
        decided_by=actor.name,
        presented_by=presented_by,
    )
    _settle_case(actor, case, stored)
    mails.tell_of_answer(actor, case)
    return stored


@transaction.atomic
def refer(actor: Actor, number: str, data: Mapping[str, Any]) -> RecordsAnswer:
    """Another authority decides (TF 2:17): `other`, `reasons`. Closes the case. Raises Invalid by field."""
    case = for_update(actor, number)
    if not CASE.may(case.state, "refer"):
        raise TransitionRefused(CASE.refusal(case.state, "refer"))
    if open_appeal(case.pk):
        raise TransitionRefused(RecordsProblem.APPEAL_OPEN())
    other = line_of(data.get("other"), "other", required=True)
    reasons = text_of(data.get("reasons"), "reasons")
    letter = letters.referral_letter(actor, case, other, reasons)
    stored = RecordsAnswer.objects.create(
        case=case,
        kind=RecordsAnswerKind.REFERRAL,
        outcome=CaseOutcome.REFERRED,
        reasons=f"{other}\n\n{reasons}",
        letter=_filed(actor, case, RecordsAnswerKind.REFERRAL, letter),
        decided_by=actor.name,
    )
    _note_answered(case, CaseOutcome.REFERRED)
    take_step(actor, CASE, case, "refer")
    end(actor, case)
    mails.tell_of_answer(actor, case)
    return stored


@transaction.atomic
def want_decision(actor: Actor, number: str) -> RecordsCase:
    """Record that the requester asks for a written decision. Raises Forbidden, NotFound, Conflict."""
    return _want_decision(actor, for_update(actor, number))


@transaction.atomic
def want_decision_by_link(visitor: Actor, case: RecordsCase) -> RecordsCase:
    """The requester asks for it through the private link, and the officers are told. Raises Conflict."""
    case = locked(case.pk)
    is_new = case.decision_wanted_at is None
    found = _want_decision(as_requester(visitor), case)
    if is_new:
        mails.tell_officers(visitor, found)
    return found


@transaction.atomic
def note_service(actor: Actor, number: str, answer_id: int, on: date | None, how: str) -> RecordsAnswer:
    """Record when and how a decision was served. Raises NotFound, Invalid by field."""
    case = for_update(actor, number)
    found = first_or_not_found(case.answers.filter(pk=answer_id), RecordsProblem.NO_SUCH_ANSWER())
    if on is None or not timezone.localdate(found.at) <= on <= today():
        raise Invalid({"on": [RecordsProblem.SERVED_EARLY()]})
    if how not in RecordsServedHow.values:
        raise Invalid({"how": [CommonProblem.NO_SUCH_CHOICE(choices=RecordsServedHow.values)]})
    return _serve(actor, case, found, on, RecordsServedHow(how))


@transaction.atomic
def confirm_service(visitor: Actor, case: RecordsCase) -> RecordsAnswer:
    """The requester confirms through the private link that the latest decision arrived. Raises NotFound."""
    case = locked(case.pk)
    decisions = case.answers.filter(kind__in=letters.DECISIONS, served_on=None).order_by("-pk")
    found = first_or_not_found(decisions, RecordsProblem.NO_SUCH_ANSWER())
    return _serve(as_requester(visitor), case, found, today(), RecordsServedHow.LINK)


def end(actor: Actor, case: RecordsCase) -> None:
    """Close the case's file with the case, whose step to "closed" has just been taken."""
    case.closed_at = timezone.now()
    case.save(update_fields=["closed_at"])
    close_case_file(actor, filing.file_of(case))


def _serve(
    actor: AuditActor, case: RecordsCase, found: RecordsAnswer, on: date, how: RecordsServedHow
) -> RecordsAnswer:
    found.served_on, found.served_how = on, how
    found.save(update_fields=["served_on", "served_how"])
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_SERVED, on=on.isoformat(), how=how)
    return found


def _want_decision(actor: AuditActor, case: RecordsCase) -> RecordsCase:
    if case.state not in (*BEFORE_ANSWER, CaseState.DECIDED):
        raise TransitionRefused(CASE.refusal(case.state, "decide"))
    if case.decision_wanted_at is None:
        case.decision_wanted_at = timezone.now()
        case.save(update_fields=["decision_wanted_at"])
        with override("sv"):
            title = gettext("The requester asks for a written decision")
        filing.file_text(actor, case, Direction.INCOMING, title, title)
        note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_DECISION_WANTED)
    return case


def _kind_of(case: RecordsCase, data: Mapping[str, Any]) -> RecordsAnswerKind:
    kind = str(data.get("kind") or "")
    if kind not in (RecordsAnswerKind.ANSWER, RecordsAnswerKind.DECISION):
        choices = [RecordsAnswerKind.ANSWER, RecordsAnswerKind.DECISION]
        raise Invalid({"kind": [CommonProblem.NO_SUCH_CHOICE(choices=choices)]})
    step = "answer" if kind == RecordsAnswerKind.ANSWER else "decide"
    is_first = case.state in BEFORE_ANSWER
    is_appealed = open_appeal(case.pk) is not None
    if step == "answer" and is_appealed:
        raise Conflict(RecordsProblem.DECIDE_APPEALED())
    if step == "decide" and case.decision_wanted_at is None and not is_appealed:
        raise Conflict(RecordsProblem.ANSWER_FIRST())
    if not is_first and not CASE.may(case.state, step):
        raise TransitionRefused(CASE.refusal(case.state, step))
    return RecordsAnswerKind(kind)


def _settle_case(actor: Actor, case: RecordsCase, stored: RecordsAnswer) -> None:
    _note_answered(case, CaseOutcome(stored.outcome))
    is_answer = stored.kind == RecordsAnswerKind.ANSWER or case.state in (
        CaseState.REGISTERED,
        CaseState.MATERIAL,
        CaseState.CONSULTATION,
    )
    take_step(actor, CASE, case, "answer" if is_answer else "decide")
    if stored.kind == RecordsAnswerKind.DECISION:
        case.decision_wanted_at = None
        case.save(update_fields=["decision_wanted_at"])
    # An open appeal counts as one against the new decision, and is handed over (46 § förvaltningslagen).
    decided_again(actor, filing.file_of(case), stored.letter)


def _note_answered(case: RecordsCase, outcome: CaseOutcome) -> None:
    case.answered_at = case.answered_at or timezone.now()
    case.outcome = outcome
    case.save(update_fields=["answered_at", "outcome"])


def _kept(one: ItemAssessment) -> dict[str, Any]:
    # Not the masks: they are the masked text itself, and stay with the assessment.
    return {
        "outcome": one.outcome,
        "grounds": one.grounds,
        "harm": one.harm,
        "condition": one.condition,
        "by": one.by,
    }


def _filed(actor: Actor, case: RecordsCase, kind: RecordsAnswerKind, content: bytes) -> CaseDocument:
    name = f"{case.number}-{kind}.pdf"
    with override("sv"):
        title, other = str(kind.label), case.name or letters.anonymous()
    return filing.file_bytes(actor, case, title, content, filing.PDF, other=other, name=name)


def _filed_copy(actor: Actor, case: RecordsCase, content: bytes, media_type: str) -> CaseDocument:
    # The hub signs for the hub owner alone, not for other authorities.
    if media_type == filing.PDF and case.authority_id == host_organisation_id():
        content = signed_record(content)
    name = f"{case.number}.{'pdf' if media_type == filing.PDF else 'json'}"
    with override("sv"):
        title, other = gettext("Release copy"), case.name or letters.anonymous()
    return filing.file_bytes(actor, case, title, content, media_type, other=other, name=name)
