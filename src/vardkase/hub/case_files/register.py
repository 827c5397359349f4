"""The correspondence register: every letter, mail and document that came in or went out in a case, with its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import BooleanField, Func, Q, QuerySet, Value
from django.utils import timezone

from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.models import CaseDocument, Direction
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.identity.access.actor import Actor


class _HasWords(Func):
    """Whether a document has these words, by the index of migration 0007.

    PostgreSQL takes no text of a megabyte: of longer ones, the beginning is searched.
    """

    template = (
        "to_tsvector('simple', case_document.title || ' ' || case_document.counterpart || ' ' || "
        "left(case_document.text, 100000)) @@ websearch_to_tsquery('simple', %(expressions)s)"
    )
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class CorrespondenceFilter:
    """`words` are searched for as whole words in title, counterpart and text ("exact phrase", -without, or);
    `case` in the numbers of the case; `kind` is the case's."""

    words: str = ""
    counterpart: str = ""
    case: str = ""
    kind: str = ""
    direction: str = ""
    since: date | None = None
    until: date | None = None


def correspondence(actor: Actor, by: CorrespondenceFilter) -> QuerySet[CaseDocument]:
    """What came in and went out in the cases that the actor may read, without files. Raises Forbidden."""
    actor.require_staff(*EDITORS)
    outside = (Direction.INCOMING, Direction.OUTGOING)
    found = CaseDocument.objects.filter(direction__in=outside, case_file__in=readable(actor).order_by())
    found = found.select_related("case_file").defer("content")
    if by.words:
        found = found.filter(_HasWords(Value(by.words)))
    if by.counterpart:
        found = found.filter(counterpart__icontains=by.counterpart)
    if by.case:
        numbers = Q(case_file__number__icontains=by.case) | Q(case_file__registry_number__icontains=by.case)
        found = found.filter(numbers)
    if by.kind:
        found = found.filter(case_file__kind=by.kind)
    if by.direction:
        found = found.filter(direction=by.direction)
    if by.since:
        found = found.filter(occurred_at__gte=_start_of(by.since))
    if by.until:
        found = found.filter(occurred_at__lt=_start_of(by.until + timedelta(days=1)))
    return found


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
