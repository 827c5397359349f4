"""Consulting the members concerned: each on exactly its own material, for hours, and never in the way of an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.case_files.models import Direction
from vardkase.hub.case_files.services import LONGEST_TITLE, file_received
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases import filing, mails
from vardkase.hub.public_records.cases.hooks import MemberConsulted, member_consulted
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    CaseState,
    ConsultationAnswer,
    MemberConsultation,
    RecordsCase,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.queries import items_of_case
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER, CASE
from vardkase.hub.public_records.cases.services.opening import for_update, locked
from vardkase.hub.public_records.cases.settings import MOST_HOURS
from vardkase.hub.public_records.cases.texts import line_of, text_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation

REMINDERS_A_RUN = 500
MAY_RECORD = (*BEFORE_ANSWER, CaseState.DECIDED, CaseState.APPEALED)
"""States in which an officer records what a member answered."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """A member whose material is in a case: the items it has not been asked about, and whether mail reaches it."""

    organisation: Organisation
    items: list[CaseItem]
    can_be_reached: bool


def concerned(case: RecordsCase) -> list[Concerned]:
    """Whoever else's material is in the case, by name. The authority asks itself nothing."""
    asked = set(case.consultations.values_list("items", flat=True))
    by_publisher: dict[Organisation, list[CaseItem]] = {}
    for item in items_of_case(case):
        if item.publisher is not None and item.publisher_id != case.authority_id:
            by_publisher.setdefault(item.publisher, []).append(item)
    found = [
        Concerned(
            publisher,
            [item for item in items if item.pk not in asked],
            publisher.local and bool(mails.people_at(publisher)),
        )
        for publisher, items in by_publisher.items()
    ]
    return sorted(found, key=lambda one: one.organisation.name.lower())


@transaction.atomic
def consult(
    actor: Actor, number: str, organisation_ids: Collection[int], hours: int
) -> list[MemberConsultation]:
    """Ask these members about their material in the case, with an answer within `hours`.

    Raises Forbidden, NotFound, Invalid by field, TransitionRefused, Conflict if one was asked about everything.
    """
    case = for_update(actor, number)
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid({"hours": [RecordsProblem.HOURS_OUTSIDE(most=MOST_HOURS)]})
    if case.state not in (CaseState.MATERIAL, CaseState.CONSULTATION, CaseState.ASSESSMENT):
        raise TransitionRefused(CASE.refusal(case.state, "consult"))
    known = {one.organisation.pk: one for one in concerned(case)}
    chosen = [known[pk] for pk in dict.fromkeys(organisation_ids) if pk in known]
    if not chosen or len(chosen) < len(set(organisation_ids)):
        raise Invalid({"organisations": [RecordsProblem.NOT_CONCERNED()]})
    for one in chosen:
        if not one.items:
            raise Conflict(RecordsProblem.ASKED_ALREADY(name=one.organisation.name))
    deadline = timezone.now() + timedelta(hours=hours)
    made = [_ask(actor, case, one, deadline) for one in chosen]
    if case.state != CaseState.CONSULTATION:
        take_step(actor, CASE, case, "consult")
    return made


def _ask(actor: Actor, case: RecordsCase, one: Concerned, deadline: datetime) -> MemberConsultation:
    made = MemberConsultation.objects.create(
        case=case, organisation=one.organisation, deadline=deadline, sent_by=actor.name
    )
    made.items.set(one.items)
    made.mails = mails.ask_member(actor, made) if one.can_be_reached else 0
    made.save(update_fields=["mails"])
    with override("sv"):
        title = gettext("Consultation")
        listed = "\n".join(f"{item.reference} {item.get_kind_display()}: {item.title}" for item in one.items)
    filing.file_text(actor, case, Direction.OUTGOING, title, listed, other=one.organisation.name)
    lines: dict[UUID, list[str]] = defaultdict(list)
    for item in one.items:
        lines[item.event_uuid].append(f"{item.get_kind_display()}: {item.title}")
    member_consulted.emit(
        MemberConsulted(
            one.organisation.uuid, case.authority_id, case.number, actor.user_id, deadline, dict(lines)
        )
    )
    return made


@transaction.atomic
def remind(actor: Actor, number: str, consultation_id: int) -> MemberConsultation:
    """Remind a member that has not answered, at most once an hour. Raises NotFound, Conflict."""
    case = for_update(actor, number)
    found = first_or_not_found(
        case.consultations.select_related("organisation", "case__authority").filter(pk=consultation_id),
        RecordsProblem.NOT_CONCERNED(),
    )
    _require_open(case, found)
    if found.reminded_at and timezone.now() - found.reminded_at < timedelta(hours=1):
        raise Conflict(RecordsProblem.TOO_MANY_MESSAGES())
    _remind(actor, found)
    return found


def remind_all(actor: Actor) -> int:
    """Remind, once, each member that has not answered with half of its time gone; returns how many."""
    now = timezone.now()
    waiting = MemberConsultation.objects.filter(
        answered_at=None, reminded_at=None, deadline__gt=now, case__state__in=BEFORE_ANSWER, mails__gt=0
    )
    due = waiting.filter(sent_at__lte=now - (F("deadline") - F("sent_at")) / 2)
    found = due.select_related("organisation", "case__authority").order_by("pk")[:REMINDERS_A_RUN]
    for consultation in found:
        with transaction.atomic():
            _remind(actor, consultation)
    return len(found)


def _remind(actor: AuditActor, consultation: MemberConsultation) -> None:
    consultation.reminded_at = timezone.now()
    consultation.save(update_fields=["reminded_at"])
    mails.ask_member(actor, consultation, "records_consultation_reminder")
    note_in_history(
        actor, CASE, consultation.case, RecordsAction.RECORDS_CASE_REMINDED, consultation.organisation.name
    )


def note_opened(consultation: MemberConsultation) -> None:
    MemberConsultation.objects.filter(pk=consultation.pk, opened_at=None).update(opened_at=timezone.now())


@transaction.atomic
def answer_by_link(
    visitor: Actor, consultation: MemberConsultation, data: Mapping[str, Any]
) -> MemberConsultation:
    """The member's answer, by the holder of its link: answer, parts, harm, name. Raises Invalid, Conflict."""
    who = line_of(data.get("name"), "name", required=True)
    # Named in the case alone: the audit log, which others read, does not say who was consulted.
    with override("sv"):
        actor = replace(visitor, user_id=None, address=None, name=gettext("Consulted member"))
    answered = _answer(actor, locked(consultation.case_id), consultation.pk, data, who)
    mails.tell_officers(actor, answered.case, "records_consultation_answered")
    return answered


@transaction.atomic
def answer_by_hand(
    actor: Actor, number: str, consultation_id: int, data: Mapping[str, Any]
) -> MemberConsultation:
    """Record what a member answered by phone or on paper; `data` as for the link, and `at`, when it answered.

    `content`, `media_type` and `file_name` are of the answer itself, if it is a document. One that arrives after the
    authority has answered is recorded as such: the request may be assessed again. Raises NotFound, Invalid by field,
    Conflict.
    """
    case = for_update(actor, number)
    who = line_of(data.get("name"), "name", required=True)
    at = data.get("at")
    attached = {name: data[name] for name in ("content", "media_type", "file_name") if data.get(name)}
    return _answer(
        actor,
        case,
        consultation_id,
        data,
        who,
        at if isinstance(at, datetime) else None,
        open_in=MAY_RECORD,
        **attached,
    )


def _answer(
    actor: AuditActor,
    case: RecordsCase,
    consultation_id: int,
    data: Mapping[str, Any],
    who: str,
    at: datetime | None = None,
    open_in: Collection[str] = BEFORE_ANSWER,
    **attached: Any,
) -> MemberConsultation:
    found = first_or_not_found(
        case.consultations.select_related("organisation").filter(pk=consultation_id),
        RecordsProblem.NOT_CONCERNED(),
    )
    found.case = case
    _require_open(case, found, open_in)
    answer = str(data.get("answer") or "")
    if answer not in ConsultationAnswer.values:
        raise Invalid({"answer": [CommonProblem.NO_SUCH_CHOICE(choices=ConsultationAnswer.values)]})
    if at and not found.sent_at <= at <= timezone.now():
        raise Invalid({"at": [RecordsProblem.ANSWERED_WHEN()]})
    is_held_back = answer != ConsultationAnswer.RELEASE
    found.answer = answer
    found.parts = text_of(data.get("parts"), "parts", required=answer == ConsultationAnswer.PARTLY)
    found.harm = text_of(data.get("harm"), "harm", required=is_held_back)
    found.answered_at, found.answered_by = at or timezone.now(), who
    found.save(update_fields=["answer", "parts", "harm", "answered_at", "answered_by"])
    with override("sv"):
        is_late = case.state not in BEFORE_ANSWER
        title = (
            gettext("Consultation answer, after the request was answered")
            if is_late
            else gettext("Consultation answer")
        )
        said = "\n\n".join(filter(None, (found.get_answer_display(), found.parts, found.harm)))
    given = {"content": b"", "media_type": "text/plain", "file_name": ""} | attached
    by = f"{who}, {found.organisation.name}"
    file_received(
        actor,
        filing.file_of(case),
        title,
        counterpart=by[:LONGEST_TITLE],
        text=str(said),
        occurred_at=at,
        **given,
    )
    note_in_history(
        actor, CASE, case, RecordsAction.RECORDS_CASE_CONSULTATION_ANSWERED, found.organisation.name
    )
    return found


def _require_open(
    case: RecordsCase, consultation: MemberConsultation, open_in: Collection[str] = BEFORE_ANSWER
) -> None:
    if consultation.answered_at:
        raise Conflict(RecordsProblem.CONSULTATION_ANSWERED())
    if case.state not in open_in:
        raise Conflict(RecordsProblem.CONSULTATION_OVER())
