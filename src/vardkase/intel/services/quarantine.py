"""Quarantine: an event that may hold security-classified information has no reader at all (the visibility rule).

Who may put an event there, and what ends it, is decided by `hub.spills`.
"""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import (
    EventQuarantined,
    EventReleased,
    EventWithdrawn,
    event_quarantined,
    event_released,
    event_withdrawn,
)
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem


def quarantine(actor: Actor, event: Event, *, was_to_be: bool = False) -> None:
    """Put a locked event in quarantine; `was_to_be`: it came to be published. Does nothing if it is there."""
    if event.quarantined:
        return
    before = EventQuarantined(
        actor, event.pk, event.uuid, event.org_id, event.published, event.being_changed, was_to_be
    )
    event.quarantined, event.published, event.being_changed = True, False, False
    event.save(update_fields=["quarantined", "published", "being_changed"])
    event_withdrawn.emit(EventWithdrawn(event.pk))
    # Without its title, which is content.
    record(actor, IntelAction.EVENT_QUARANTINED, Target("event", event.pk, event.uuid))
    event_quarantined.emit(before)


@transaction.atomic
def release(actor: Actor, event_id: int, *, published: bool, being_changed: bool) -> Event:
    """Take an event out of quarantine, as it was before; raises NotFound."""
    event = lock_quarantined(event_id)
    event.quarantined, event.published, event.being_changed = False, published, being_changed
    event.save(update_fields=["quarantined", "published", "being_changed"])
    event_released.emit(EventReleased(event.pk))
    record(actor, IntelAction.EVENT_RELEASED, Target("event", event.pk, event.uuid))
    return event


def lock_quarantined(event_id: int) -> Event:
    """The event, which no actor can read; raises NotFound."""
    event = Event.objects.select_for_update().filter(pk=event_id, quarantined=True).first()
    if event is None:
        raise NotFound(EventProblem.NOT_FOUND())
    return event


def is_quarantined(event_id: int) -> bool:
    return Event.objects.filter(pk=event_id, quarantined=True).exists()
