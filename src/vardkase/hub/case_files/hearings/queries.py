"""Queries for hearings, for packages that have checked who asks."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from vardkase.core.clock import today
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.models import CaseFile


def hearings_of(case_file: CaseFile) -> QuerySet[Hearing]:
    """The newest first, with their letters and answers."""
    rows = Hearing.objects.filter(case_file=case_file).select_related("letter", "case_file")
    rows = rows.defer("letter__content")
    return rows.prefetch_related("documents", "answers__document").order_by("-pk")


def is_over(hearing: Hearing) -> bool:
    """Whether a decision may be made: the party has answered, or its time to do so has passed."""
    return hearing.answered_at is not None or today() > hearing.answer_by


def open_hearing_about(case_file: CaseFile, intended: Collection[str]) -> Hearing | None:
    """The last hearing about one of the intended decisions that no decision has been made on yet."""
    return hearings_of(case_file).filter(intended__in=intended, concluded_at=None).first()
