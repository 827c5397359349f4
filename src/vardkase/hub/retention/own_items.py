"""What retention has changed of one organisation's own, for its administrators: numbers only, nothing that was in it.

Mail tells them too (`owners`), from a hub that sends mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vardkase.hub.retention.models import (
    RetentionItem,
    RetentionItemState,
    RetentionPlace,
    RetentionRun,
    RunState,
)
from vardkase.hub.retention.owners import CONTRIBUTED
from vardkase.hub.retention.queries import readable_in_events
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event

NEWS_DAYS = 30
CHANGED = (RetentionItemState.DONE, RetentionItemState.WAITING)


def own_items(actor: Actor) -> QuerySet[RetentionItem]:
    """What runs have changed in the events, proposals, notes and opinions of the actor's organisation.

    Raises Forbidden unless the actor administers it.
    """
    actor.require_content_access()
    actor.require(Permission.ADMIN)
    return _items_of(actor.organisation_id).select_related("rule", "run")


def readable_events_of(actor: Actor, items: Sequence[RetentionItem]) -> set[int]:
    """Those of the items' events that the actor can open."""
    seen = {item_id for item_id, _ in readable_in_events(actor, [item.pk for item in items])}
    return {item.event_id for item in items if item.pk in seen}


def new_runs(actor: Actor) -> int:
    """How many runs of the last `NEWS_DAYS` have changed something of the organisation that the actor administers."""
    if actor.may_not_read_content or not actor.may(Permission.ADMIN):
        return 0
    since = timezone.now() - timedelta(days=NEWS_DAYS)
    ended = RetentionRun.objects.filter(state=RunState.DONE, ended_at__gte=since)
    if not ended.exists():
        return 0
    return ended.filter(Exists(_items_of(actor.organisation_id).filter(run=OuterRef("pk")))).count()


def _items_of(organisation_id: int) -> QuerySet[RetentionItem]:
    # Whose an event is now: it may have been handed over since the run. Cases are the hub owner's.
    events = Event.objects.filter(org=organisation_id).values("pk")
    contributed = Q(place__in=CONTRIBUTED)
    return RetentionItem.objects.filter(
        contributed & Q(organisation=organisation_id) | ~contributed & Q(event_id__in=events),
        state__in=CHANGED,
    ).exclude(place=RetentionPlace.CASE)
