"""Queries for absence."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.clock import today
from vardkase.hub.office.absence.models import Absence
from vardkase.hub.office.staff import colleagues_covered
from vardkase.identity.access.actor import Actor


def coming_absences(actor: Actor) -> QuerySet[Absence]:
    """Those that have not ended, of the actor and of those whose absence they register; the earliest first."""
    people = [user.pk for user in colleagues_covered(actor)]
    rows = Absence.objects.filter(last__gte=today(), user__in=people)
    return rows.select_related("user", "deputy").order_by("first", "pk")


def absence_today(user_id: int) -> Absence | None:
    day = today()
    rows = Absence.objects.filter(user=user_id, first__lte=day, last__gte=day)
    return rows.select_related("deputy").first()


def deputies_today() -> dict[int, int | None]:
    """For each account that is away today, the account that stands in for it, if any.

    A deputy is never away during an absence, so that nobody stands in for a deputy.
    """
    day = today()
    rows = Absence.objects.filter(first__lte=day, last__gte=day)
    return dict(rows.values_list("user", "deputy"))
