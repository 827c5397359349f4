"""Services for event locks, each valid for 15 minutes.

Nothing of it is audited: a lock changes nothing in the event, and only shows that somebody is editing it.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.event_locks.settings import DISABLED
from vardkase.intel.hooks import AttributesRemoved
from vardkase.intel.kernel.locking import own_event
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.rules import may_modify_event

LOCK_SECONDS = 900
"""How long a lock lasts unless it is renewed, as in MISP."""
PRESENCE_SECONDS = 150
"""The same for a page that renews it all the time while it is open."""
MOST_NAMED = 100
"""Users listed as editing one event."""
ANOTHER = "another user"


@transaction.atomic
def add_lock(actor: Actor, reference: Reference, seconds: int = LOCK_SECONDS) -> UUID:
    """Set or renew the actor's lock on an event for so long; returns the argument of `remove_lock`.

    Raises NotFound, NotYours, Forbidden if locks are disabled.
    """
    if DISABLED.value or actor.user_id is None:
        raise Forbidden(EventProblem.LOCKS_OFF())
    event = own_event(actor, reference)
    now = now_seconds()
    # Nothing else removes expired locks.
    EventLock.objects.filter(event=event.id, expires__lte=now).delete()
    lock, _ = EventLock.objects.update_or_create(
        event_id=event.id, user_id=actor.user_id, defaults={"expires": now + seconds}
    )
    return lock.lock_id


@transaction.atomic
def remove_lock(actor: Actor, reference: Reference, lock_id: str) -> bool:
    event = own_event(actor, reference)
    try:
        wanted = UUID(lock_id)
    except ValueError:
        return False
    removed, _ = EventLock.objects.filter(event=event.id, user=actor.user_id, lock_id=wanted).delete()
    return removed > 0


def at_work(actor: Actor, reference: Reference) -> list[str]:
    """Who else is editing an event: e-mail addresses, without those of other organisations.

    Nobody if the actor may not change the event. Raises NotFound.
    """
    event = find_event(actor, reference)
    if DISABLED.value or not may_modify_event(actor, event):
        return []
    locks = EventLock.objects.filter(event=event.id, expires__gt=now_seconds()).exclude(user=actor.user_id)
    users = locks.order_by("user__email").values_list("user__email", "user__org")[:MOST_NAMED]
    return [
        email if actor.is_site_admin or organisation == actor.organisation_id else ANOTHER
        for email, organisation in users
    ]


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        EventLock.objects.filter(event=removed.event_id).delete()
