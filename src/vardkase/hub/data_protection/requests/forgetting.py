"""What items keep of a person: erased when a request is forgotten, its case disposed of, or an event was a spill."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.hub.data_protection.requests.models import AnsweredRight, ConcernedItem


def forget_contents(items: QuerySet[ConcernedItem]) -> None:
    """What was given out, and the reasons of refusals, which may repeat it."""
    AnsweredRight.objects.filter(item__in=items).update(reason="")
    items.update(given="")
