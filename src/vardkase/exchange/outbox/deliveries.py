"""Deliveries: receiver, time and version; one row per receiver and version, so that each is sent once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from vardkase.core.problems import Problem, stored
from vardkase.core.sql import cursor
from vardkase.exchange.outbox.models import Delivery, DeliveryState, EntryKind
from vardkase.intel.hooks import EventPublished
from vardkase.intel.models import Event


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver of deliveries; `name` is its display name."""

    kind: EntryKind
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version of an event, identified by `published` (Unix seconds)."""

    event_id: int
    event_uuid: UUID
    published: int


def version_of(event_id: int) -> PublishedVersion:
    event = Event.objects.get(pk=event_id)
    return PublishedVersion(event.pk, event.uuid, event.last_publication)


def version_in(published: EventPublished) -> PublishedVersion:
    return PublishedVersion(published.event_id, published.event_uuid, published.published_at)


def claim(receivers: Sequence[Receiver], version: PublishedVersion) -> set[int]:
    """Record that a version waits for these receivers of one kind; returns the ids that are new.

    The caller sends to those ids; done in one transaction with what sends (a job, a queued mail), each
    version is sent once.
    """
    if not receivers:
        return set()
    rows = cursor().execute(CLAIM, {
        "kind": receivers[0].kind.value,
        "ids": [receiver.id for receiver in receivers],
        "names": [receiver.name for receiver in receivers],
        "event": version.event_id,
        "uuid": version.event_uuid,
        "version": version.published,
    })  # fmt: skip
    return {row[0] for row in rows.fetchall()}


def settle(
    receiver: Receiver, version: PublishedVersion, state: DeliveryState, reason: Problem | None = None
) -> None:
    values = {
        "kind": receiver.kind.value,
        "receiver": receiver.id,
        "name": receiver.name,
        "event": version.event_id,
        "uuid": version.event_uuid,
        "version": version.published,
        "state": state.value,
        "reason": stored(reason) if reason else "",
    }
    cursor().execute(SETTLE, values)
    # Whoever has this version needs no earlier one that is still waiting.
    cursor().execute(SETTLE_OLDER, values)


def waiting(receiver: Receiver, limit: int) -> list[int]:
    values = {"kind": receiver.kind.value, "receiver": receiver.id, "limit": limit}
    return [row[0] for row in cursor().execute(WAITING, values).fetchall()]


def settle_waiting(
    receiver: Receiver, event_ids: Collection[int], state: DeliveryState, reason: Problem
) -> None:
    Delivery.objects.filter(
        kind=receiver.kind, receiver_id=receiver.id, event_id__in=event_ids, state=DeliveryState.WAITING
    ).update(state=state, reason=stored(reason), at=timezone.now())


def withhold(
    kind: EntryKind, receiver_ids: Sequence[int], version: PublishedVersion, reason: Problem
) -> None:
    """Record that a rule withholds a version from receivers that have claimed it."""
    Delivery.objects.filter(
        kind=kind,
        receiver_id__in=receiver_ids,
        event_uuid=version.event_uuid,
        version=version.published,
    ).update(state=DeliveryState.WITHHELD, reason=stored(reason))


def was_sent(receiver: Receiver, version: PublishedVersion) -> bool:
    return Delivery.objects.filter(
        kind=receiver.kind,
        receiver_id=receiver.id,
        event_uuid=version.event_uuid,
        version=version.published,
        state__in=(DeliveryState.SENT, DeliveryState.KNOWN),
    ).exists()


CLAIM = """
INSERT INTO delivery (kind, receiver_id, receiver_name, event_id, event_uuid, version, state, reason, at)
SELECT %(kind)s, receiver.id, receiver.name, %(event)s, %(uuid)s, %(version)s, 'waiting', '', now()
FROM unnest(%(ids)s::bigint[], %(names)s::text[]) AS receiver (id, name)
ON CONFLICT (event_uuid, kind, receiver_id, version) DO NOTHING
RETURNING receiver_id
"""

WAITING = """
SELECT event_id FROM delivery
WHERE kind = %(kind)s AND receiver_id = %(receiver)s AND state = 'waiting'
GROUP BY event_id ORDER BY min(id) LIMIT %(limit)s
"""

# A version that has arrived stays so, whatever a later attempt to send it again comes to.
SETTLE = """
INSERT INTO delivery AS known
    (kind, receiver_id, receiver_name, event_id, event_uuid, version, state, reason, at)
VALUES (%(kind)s, %(receiver)s, %(name)s, %(event)s, %(uuid)s, %(version)s, %(state)s, %(reason)s, now())
ON CONFLICT (event_uuid, kind, receiver_id, version) DO UPDATE
SET state = excluded.state, reason = excluded.reason, receiver_name = excluded.receiver_name, at = excluded.at
WHERE known.state NOT IN ('sent', 'known') OR excluded.state = 'sent'
"""

SETTLE_OLDER = """
UPDATE delivery SET state = %(state)s, reason = %(reason)s, at = now()
WHERE event_uuid = %(uuid)s AND kind = %(kind)s AND receiver_id = %(receiver)s
    AND version < %(version)s AND state IN ('waiting', 'failed')
"""
