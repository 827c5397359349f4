"""Queries for appeals."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.appeals.models import Appeal, AppealState
from vardkase.hub.case_files.appeals.rules import HERE
from vardkase.hub.case_files.closing import closed
from vardkase.hub.case_files.models import CaseDocument, CaseFile, Direction
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.correspondence.models import Letter
from vardkase.identity.access.actor import Actor

WAITING = (AppealState.REGISTERED, AppealState.IN_TIME, AppealState.CHANGED, AppealState.DECIDED)
DOCUMENTS = ("decision", "document", "new_decision", "letter")


def with_documents(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """Together with what they refer to, without the bytes."""
    rows = rows.select_related("case_file", *DOCUMENTS, "decision__letter", "new_decision__letter")
    heavy = [f"{name}__{field}" for name in DOCUMENTS for field in ("content", "text")]
    letters = [
        f"{name}__letter__{field}"
        for name in ("decision", "new_decision")
        for field in ("content", "contents")
    ]
    return rows.defer(*heavy, *letters)


def appeals_in(case_file: CaseFile) -> QuerySet[Appeal]:
    """With `is_closed`: what it says may not be read now (`may_be_read`)."""
    return (
        with_documents(Appeal.objects.filter(case_file=case_file))
        .annotate(is_closed=Exists(_since(OuterRef("case_file"), OuterRef("document__number"))))
        .order_by("-pk")
    )


def appeals(actor: Actor, *, case_number: str = "", state: str = "") -> QuerySet[Appeal]:
    rows = Appeal.objects.filter(case_file__in=readable(actor))
    if case_number:
        rows = rows.filter(case_file__number=case_number.replace("\0", ""))
    if state:
        rows = rows.filter(state=state.replace("\0", ""))
    return with_documents(rows).order_by("-pk")


def find_appeal(actor: Actor, number: str, pk: int) -> Appeal:
    """Raises NotFound, also for one in a case that the actor may not read."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), case_file__number=number.replace("\0", ""))
    return first_or_not_found(with_documents(rows).filter(pk=pk), CaseFileProblem.NO_SUCH_APPEAL())


def may_be_read(appeal: Appeal) -> bool:
    """Whether nothing that was filed since the appeal arrived is closed: what it says may tell of the same."""
    return not _since(appeal.case_file_id, appeal.document.number).exists()


def _since(case_file: Any, number: Any) -> QuerySet[CaseDocument]:
    """The closed documents of a case from this number on."""
    return CaseDocument.every.filter(closed(), case_file=case_file, number__gte=number)


def waiting_appeals(actor: Actor) -> Iterator[Appeal]:
    """Those that wait for the authority, the oldest first."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), state__in=WAITING)
    yield from rows.select_related("case_file").order_by("arrived_on", "pk")


def appealed_letters(appeal: Appeal) -> set[int]:
    """Letters of the decision that was appealed, of a new one as against which the appeal counts (46 § FL), and those
    that they correct."""
    named = {
        decision.letter_id for decision in (appeal.decision, appeal.new_decision) if decision is not None
    }
    letters = {pk for pk in named if pk is not None}
    corrected = Letter.objects.filter(pk__in=letters).exclude(corrects=None)
    return letters | set(corrected.values_list("corrects_id", flat=True))


def refusal_of_change(decision: Collection[int], *, is_obviously_wrong: bool) -> Problem | None:
    """Why the authority may not change a decision of its own (39 § förvaltningslagen): it has been appealed.

    `decision`: its letter, and those that correct it. None if it may.
    """
    against = Q(decision__letter__in=decision) | Q(new_decision__letter__in=decision)
    found = Appeal.objects.filter(against)
    if found.filter(state=AppealState.FORWARDED).exists():
        return CaseFileProblem.HANDED_OVER()
    if not is_obviously_wrong and found.filter(state__in=HERE).exists():
        return CaseFileProblem.APPEALED()
    return None


def judgment_is_filed(appeal: Appeal) -> bool:
    """Whether anything has arrived in the case since the appeal was handed over."""
    arrived = appeal.case_file.documents.filter(direction=Direction.INCOMING, letter=None)
    handed_over = appeal.letter.number if appeal.letter else appeal.document.number
    return arrived.filter(number__gt=handed_over).exists()
