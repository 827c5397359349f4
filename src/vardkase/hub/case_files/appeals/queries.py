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

ABOUT_APPEALS = ("letter_appeal_dismissed", "letter_appeal_forwarded")
WAITING = (AppealState.REGISTERED, AppealState.IN_TIME, AppealState.CHANGED, AppealState.DECIDED)


def appeals_in(case_file: CaseFile) -> QuerySet[Appeal]:
    rows = Appeal.objects.filter(case_file=case_file).select_related(
        "letter", "case_file", "document", "new_decision"
    )
    return rows.defer("letter__content", "document__content").order_by("-pk")


def find_appeal(actor: Actor, number: str, pk: int) -> Appeal:
    """Raises NotFound, also for one in a case that the actor may not read."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), case_file__number=number.replace("\0", ""))
    rows = rows.select_related("letter", "case_file", "document", "new_decision").defer(
        "letter__content", "document__content", "new_decision__content"
    )
    return first_or_not_found(rows.filter(pk=pk), CaseFileProblem.NO_SUCH_APPEAL())


def appealable_letters(case_file: CaseFile) -> list[Letter]:
    """The decisions of a case that can be appealed, the newest first."""
    rows = Letter.objects.filter(thing_kind=case_file.thing_kind, thing_id=case_file.thing_id)
    found = rows.defer("content").order_by("-pk")
    return [letter for letter in found if can_be_appealed(letter)]


def later_letters(appeal: Appeal) -> QuerySet[Letter]:
    """The letters of the case after the appealed decision, the newest first; one may change that decision."""
    about = appeal.letter
    rows = Letter.objects.filter(thing_kind=about.thing_kind, thing_id=about.thing_id, pk__gt=about.pk)
    rows = rows.exclude(kind__in=ABOUT_APPEALS).exclude(corrects=about)
    return rows.defer("content", "contents").order_by("-pk")


def waiting_appeals(actor: Actor) -> Iterator[Appeal]:
    """Those that wait for the authority, the oldest first."""
    rows = Appeal.objects.filter(case_file__in=readable(actor), state__in=WAITING)
    yield from (
        rows.select_related("letter", "case_file").defer("letter__content").order_by("arrived_on", "pk")
    )
