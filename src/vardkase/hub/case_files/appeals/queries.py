"""Queries for appeals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.appeals.models import Appeal, AppealState
from vardkase.hub.case_files.closing import closed
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
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
