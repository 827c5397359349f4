"""Services for one's own notifications: reading them.

Nothing of it is audited: it changes nothing that others see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.core.errors import Forbidden, NotFound
from vardkase.exchange.notifications.models import Notification
from vardkase.exchange.notifications.problems import NotificationProblem
from vardkase.exchange.notifications.queries import readable_ids, unread_ids
from vardkase.identity.access.actor import Actor


@dataclass(frozen=True, slots=True)
class MarkedRead:
    """How many were marked, and the moment by which `take_back_all_read` takes it back."""

    count: int
    at: datetime


@transaction.atomic
def mark_read(actor: Actor, ids: Sequence[int]) -> None:
    """Raises NotFound if one of them is not the actor's, or about something that they may not read."""
    _found(actor, ids).filter(read_at=None).update(read_at=timezone.now())


@transaction.atomic
def mark_unread(actor: Actor, ids: Sequence[int]) -> None:
    """Raises NotFound. What has been notified again meanwhile stays read: the newer one is unread."""
    for row in _found(actor, ids).exclude(read_at=None):
        notified_again = _own(actor).filter(kind=row.kind, key=row.key, read_at=None)
        if not notified_again.exists():
            _own(actor).filter(pk=row.pk).update(read_at=None)


@transaction.atomic
def mark_all_read(actor: Actor) -> MarkedRead:
    """Those that the actor may read: what is hidden from them now may be shown again, unread."""
    now = timezone.now()
    unread = unread_ids(actor)
    _own(actor).filter(pk__in=unread, read_at=None).update(read_at=now)
    return MarkedRead(len(unread), now)


@transaction.atomic
def take_back_all_read(actor: Actor, moment: datetime) -> None:
    """Make unread again what `mark_all_read` marked at `moment`, except what has been notified again meanwhile."""
    unread = _own(actor).filter(read_at=None).values_list("kind", "key")
    again = set(unread)
    marked = _own(actor).filter(read_at=moment).values_list("pk", "kind", "key")
    _own(actor).filter(pk__in=[pk for pk, *what in marked if tuple(what) not in again]).update(read_at=None)


def _found(actor: Actor, ids: Sequence[int]) -> QuerySet[Notification]:
    if not set(ids).issubset(readable_ids(actor, ids)):
        raise NotFound(NotificationProblem.NOT_FOUND())
    return _own(actor).filter(pk__in=ids)


def _own(actor: Actor) -> QuerySet[Notification]:
    if actor.user_id is None:
        raise Forbidden
    return Notification.objects.filter(user_id=actor.user_id)
