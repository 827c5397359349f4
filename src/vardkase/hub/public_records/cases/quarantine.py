"""What cases say of events in quarantine: nobody reads that, and an answer is given without it.

A text or document of a case may tell of an event if it is from between when material of the event was copied into the
case and when its spill was declared: what came later was written without it.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.core.sql import cursor
from vardkase.hub.public_records.cases.models import CaseItem, RecordsCase
from vardkase.hub.spills.models import HolderKind, Spill, SpillState


def is_closed(case: str, at: str) -> Exists:
    """Whether a row may tell of an event in quarantine, by its fields for the key of the case and the time."""
    return tells_of(Spill.objects.filter(state=SpillState.OPEN), case, at)


def tells_of(spills: QuerySet[Spill], case: str, at: str) -> Exists:
    spills = spills.filter(declared_at__gt=OuterRef(OuterRef(at)))
    items = CaseItem.every.filter(case_id=OuterRef(case), at__lte=OuterRef(at))
    return Exists(items.filter(event_uuid__in=spills.values("event_uuid")))


def closed_documents() -> Q:
    return Q(is_closed("case_file__thing_id", "at"))


def has_quarantined(case: RecordsCase) -> bool:
    every = CaseItem.every.filter(case=case)
    return every.exclude(pk__in=case.items.values("pk")).exists()


def deleted_spills(case: RecordsCase) -> QuerySet[Spill]:
    """The spills with which material of the case was deleted."""
    ended = (SpillState.DELETED, SpillState.CLOSED)
    return Spill.objects.filter(
        state__in=ended, holders__kind=HolderKind.CASE, holders__receiver_id=case.pk
    ).order_by("pk")


def hold_events(case_id: int) -> None:
    """Let none of the case's events come into quarantine before the end of this transaction: what is filed in it was
    then written either before that, or without the event."""
    cursor().execute(EVENTS, {"case": case_id})


EVENTS = """
SELECT id FROM event WHERE uuid IN (SELECT event_uuid FROM records_item WHERE case_id = %(case)s) ORDER BY id FOR SHARE
"""
