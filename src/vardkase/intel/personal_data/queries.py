"""Queries for marks of personal data: for those who may publish the event, who answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, QuerySet

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.models import MarkPlace, PersonalDataMark
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.rules import may_publish_event

OFFENCE = Q(says_offence=True) | Q(tagged_offence=True)


@dataclass(frozen=True, slots=True)
class MarkedKind:
    """All marks of one kind in an event. `reason` is the latest answer, if there is one."""

    kind: PersonalDataKind
    count: int
    unanswered: int
    offences: int
    places: Sequence[str]
    reason: str

    @property
    def place_labels(self) -> list[str]:
        return [str(MarkPlace(place).label) for place in self.places]


def marks_in_event(actor: Actor, reference: Reference) -> QuerySet[PersonalDataMark]:
    """In order of place. Raises NotFound, Forbidden."""
    event = find_event(actor, reference)
    if not may_publish_event(actor, event):
        raise Forbidden
    return PersonalDataMark.objects.filter(event=event.id).order_by("pk").select_related("answered_by")


def marked_kinds(actor: Actor, reference: Reference) -> list[MarkedKind]:
    """Raises NotFound, Forbidden."""
    rows = (
        marks_in_event(actor, reference)
        .order_by("kind")
        .select_related(None)
        .values("kind")
        .annotate(
            count=Count("pk"),
            unanswered=Count("pk", filter=Q(answered_at=None)),
            offences=Count("pk", filter=OFFENCE),
            places=ArrayAgg("place", distinct=True, order_by="place"),
            reason=Max("reason"),
        )
    )
    return [
        MarkedKind(
            kind=PersonalDataKind(row["kind"]),
            count=row["count"],
            unanswered=row["unanswered"],
            offences=row["offences"],
            places=row["places"],
            reason=row["reason"],
        )
        for row in rows
    ]
