"""Row lock of an event, held by every change inside it, so that writes to one event are serialised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vardkase.core.clock import now_seconds
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_timestamp, knows_private_times
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import NotOwned
from vardkase.intel.hooks import AttributesChanged, EventChanged, attributes_changed, event_changed
from vardkase.intel.kernel.audiences import READERS, Audiences, is_known_to_readers
from vardkase.intel.kernel.private_times import move_private_times
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import Reference, find_event
from vardkase.intel.rules import may_modify_event


def lock_event(actor: Actor, event_id: int) -> Event:
    # Locked by SQL of our own, as the visibility rule is SQL; the row is then read through the model.
    locked = cursor().execute(
        f"SELECT e.id FROM event e WHERE e.id = %(id)s AND {event_predicate(actor)} FOR UPDATE",
        {"id": event_id, **reader_parameters(actor)},
    )
    if locked.fetchone() is None:
        raise NotFound(EventProblem.NOT_FOUND())
    return Event.objects.get(pk=event_id)


def lock_own_event(actor: Actor, event_id: int) -> Event:
    actor.require_writing()
    event = lock_event(actor, event_id)
    if not may_modify_event(actor, event):
        raise NotOwned
    return event


def own_event(actor: Actor, reference: Reference) -> EventRow:
    """The event if the actor may change it, without a lock, for previews. Raises NotFound, NotYours."""
    event = find_event(actor, reference)
    if not may_modify_event(actor, event):
        raise NotOwned
    return event


class PartOfEvent(Protocol):
    @property
    def event_id(self) -> int: ...


def lock_own_part[Part: PartOfEvent](actor: Actor, find: Callable[[], Part]) -> tuple[Part, Event]:
    """Lock the event of the part that `find` returns, as `lock_own_event`; returns both.

    The part is read again under the lock, because it may have been changed or deleted meanwhile.
    """
    event = lock_own_event(actor, find().event_id)
    return find(), event


def touch(event: Event, audiences: Audiences = READERS) -> None:
    """After a change inside an event: recount its attributes, set its timestamp, and mark it as unpublished.

    A change that only some of its readers may know of alters nothing that the others see.
    """
    now = now_seconds()
    # A timestamp that moves would reveal a change to readers who cannot see it.
    if is_known_to_readers(event, audiences):
        cursor().execute(TOUCH, {"id": event.pk, "now": now})
    else:
        move_private_times(event, audiences, now)
        # The stored number counts all; `queries.attribute_counts` subtracts what a reader does not see.
        recount(event.pk)
    event_changed.emit(EventChanged(event.pk))


def changed_locally(event: Event) -> None:
    """After a change that stays on this hub, such as of local tags: no time moves, and nothing is to be published."""
    event_changed.emit(EventChanged(event.pk))


TOUCH = """
UPDATE event SET being_changed = being_changed OR published, published = FALSE, timestamp = %(now)s,
    attribute_count = (SELECT count(*) FROM attribute WHERE event_id = %(id)s AND NOT deleted)
WHERE id = %(id)s
"""


def known_timestamp(actor: Actor, event: Event) -> int:
    """The event's last change that the actor may know of."""
    if not event.has_group_times:
        return event.last_change if knows_private_times(actor, event.org_id) else event.timestamp
    sql = f"SELECT {event_timestamp(actor)} FROM event e WHERE e.id = %(id)s"
    row = cursor().execute(sql, {"id": event.pk, **reader_parameters(actor)}).fetchone()
    return int(row[0]) if row else 0


def recount(event_id: int) -> None:
    cursor().execute(
        """
        UPDATE event SET attribute_count =
            (SELECT count(*) FROM attribute WHERE event_id = %(id)s AND NOT deleted)
        WHERE id = %(id)s
        """,
        {"id": event_id},
    )


def correlation_changed(event_id: int) -> None:
    attributes_changed.emit(AttributesChanged(event_id, None))
