"""Queries for appeals."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.appeals.models import Appeal, AppealState
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.correspondence.letters.service import can_be_appealed
from vardkase.hub.correspondence.models import Letter
from vardkase.identity.access.actor import Actor

OPEN = (AppealState.REGISTERED, AppealState.IN_TIME, AppealState.FORWARDED, AppealState.DECIDED)


def appeals_in(case_file: CaseFile) -> QuerySet[Appeal]:
    rows = Appeal.objects.filter(case_file=case_file).select_related("letter", "case_file", "document")
    return rows.defer("letter__content", "document__content").order_by("-pk")


def find_appeal(actor: Actor, number: str, pk: int) -> Appeal:
    """Raises NotFound, also for one in a case that the actor may not read."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), case_file__number=number.replace("\0", ""))
    rows = rows.select_related("letter", "case_file", "document").defer(
        "letter__content", "document__content"
    )
    return first_or_not_found(rows.filter(pk=pk), CaseFileProblem.NO_SUCH_APPEAL())


def appealable_letters(case_file: CaseFile) -> list[Letter]:
    """The decisions of a case that can be appealed, the newest first."""
    rows = Letter.objects.filter(thing_kind=case_file.thing_kind, thing_id=case_file.thing_id)
    found = rows.defer("content", "contents").order_by("-pk")
    return [letter for letter in found if can_be_appealed(letter)]


def waiting_appeals(actor: Actor) -> Iterator[Appeal]:
    """Those that wait for the authority, the oldest first."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), state__in=OPEN).exclude(
        state=AppealState.FORWARDED
    )
    yield from (
        rows.select_related("letter", "case_file").defer("letter__content").order_by("arrived_on", "pk")
    )
