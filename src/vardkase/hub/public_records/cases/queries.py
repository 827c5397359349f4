"""Queries for requests for public records: an authority's officers see its own cases, and nobody else any."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    CaseState,
    MemberConsultation,
    RecordsAnswer,
    RecordsCase,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.quarantine import is_closed
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER
from vardkase.hub.public_records.officers.rules import authority_of, require_officer
from vardkase.identity.access.actor import Actor


def cases(actor: Actor) -> QuerySet[RecordsCase]:
    """Those of the actor's authority. Raises Forbidden."""
    rows = RecordsCase.objects.filter(authority=require_officer(actor))
    return rows.select_related("authority", "responsible")


def filtered(
    rows: QuerySet[RecordsCase], *, state: str = "", text: str = "", responsible_id: int = 0
) -> QuerySet[RecordsCase]:
    """`state`: a state, "open" (all but closed) or "waiting" (not answered yet)."""
    if state == "open":
        rows = rows.exclude(state=CaseState.CLOSED)
    elif state == "waiting":
        rows = rows.filter(state__in=BEFORE_ANSWER)
    elif state:
        rows = rows.filter(state=state)
    if responsible_id:
        rows = rows.filter(responsible=responsible_id)
    if text:
        words = Q(number__icontains=text) | Q(request__icontains=text) | Q(name__icontains=text)
        rows = rows.filter(words)
    return rows


def find_case(actor: Actor, number: str) -> RecordsCase:
    """Raises NotFound, also for another authority's case; Forbidden."""
    return first_or_not_found(
        cases(actor).filter(number=number.replace("\0", "")), RecordsProblem.NO_SUCH_CASE()
    )


def items_of_case(case: RecordsCase) -> QuerySet[CaseItem]:
    return case.items.select_related("assessment", "publisher").defer("file").order_by("pk")


def answers_of(case: RecordsCase) -> QuerySet[RecordsAnswer]:
    rows = case.answers.select_related("letter", "copy_pdf", "copy_json")
    rows = rows.defer("letter__content", "copy_pdf__content", "copy_json__content")
    return rows.order_by("-pk")


def consultations_of(case: RecordsCase) -> QuerySet[MemberConsultation]:
    rows = case.consultations.select_related("organisation").prefetch_related("items")
    return rows.annotate(is_closed=is_closed("case_id", "answered_at")).order_by("pk")


def waiting_for(actor: Actor) -> int:
    """How many of the authority's requests await an answer; 0 for who handles none."""
    authority = authority_of(actor)
    if not authority:
        return 0
    return RecordsCase.objects.filter(authority=authority, state__in=BEFORE_ANSWER).count()


def overdue_consultations(case: RecordsCase) -> int:
    return case.consultations.filter(answered_at=None, deadline__lt=timezone.now()).count()
