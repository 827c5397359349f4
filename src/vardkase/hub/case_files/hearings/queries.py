"""Queries for hearings. Those without an actor are for packages that have checked who asks."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Prefetch, QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.identity.access.actor import Actor


def hearings_of(case_file: CaseFile) -> QuerySet[Hearing]:
    return _described(Hearing.objects.filter(case_file=case_file))


def hearings(actor: Actor, *, case_number: str = "") -> QuerySet[Hearing]:
    rows = Hearing.objects.filter(case_file__in=readable(actor))
    return _described(rows.filter(case_file__number=case_number.replace("\0", "")) if case_number else rows)


def find_hearing(actor: Actor, pk: int) -> Hearing:
    """Raises NotFound, also for one in a case that the actor may not read."""
    return first_or_not_found(hearings(actor).filter(pk=pk), CaseFileProblem.NO_SUCH_HEARING())


def is_over(hearing: Hearing) -> bool:
    """Whether a decision may be made: the party has answered, or its time to do so has passed."""
    return hearing.answered_at is not None or today() > hearing.answer_by


def open_hearing_about(case_file: CaseFile, intended: Collection[str]) -> Hearing | None:
    return hearings_of(case_file).filter(intended__in=intended, concluded_at=None).first()


def _described(rows: QuerySet[Hearing]) -> QuerySet[Hearing]:
    shown = Prefetch("documents", CaseDocument.objects.defer("content"))
    answers = Prefetch("answers__document", CaseDocument.every.defer("content"))
    rows = rows.select_related("letter", "case_file").defer("letter__content")
    return rows.prefetch_related(shown, answers).order_by("-pk")
