"""Deliveries: receiver, time and version; one row per receiver and version, so that each is sent once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending a version to a receiver."""

    version: PublishedVersion
    state: DeliveryState
    reason: Problem | None = None


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


def settle(receiver: Receiver, outcomes: Iterable[Outcome]) -> None:
    """Record what came of sending some versions, whether or not they were claimed."""
    # One row for each version, or PostgreSQL refuses the statement; what arrived counts.
    ranked = sorted(outcomes, key=lambda outcome: outcome.state is DeliveryState.SENT)
    settled = list({(each.version.event_uuid, each.version.published): each for each in ranked}.values())
    if not settled:
        return
    values = {
        "kind": receiver.kind.value,
        "receiver": receiver.id,
        "name": receiver.name,
        "events": [each.version.event_id for each in settled],
        "uuids": [each.version.event_uuid for each in settled],
        "versions": [each.version.published for each in settled],
        "states": [each.state.value for each in settled],
        "reasons": [stored(each.reason) if each.reason else "" for each in settled],
    }
    cursor().execute(SETTLE, values)
    # A receiver that has this version needs none of the earlier ones that are still waiting.
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


# RETURNING has only the rows that were inserted: what somebody else has claimed is not in the answer.
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

SETTLED = """unnest(
    %(events)s::bigint[], %(uuids)s::uuid[], %(versions)s::bigint[], %(states)s::text[], %(reasons)s::text[]
) AS settled (event_id, uuid, version, state, reason)"""

# A version that has arrived stays so, whatever a later attempt to send it again comes to.
SETTLE = f"""
INSERT INTO delivery AS known
    (kind, receiver_id, receiver_name, event_id, event_uuid, version, state, reason, at)
SELECT %(kind)s, %(receiver)s, %(name)s, settled.event_id, settled.uuid, settled.version, settled.state,
    settled.reason, now()
FROM {SETTLED}
ON CONFLICT (event_uuid, kind, receiver_id, version) DO UPDATE
SET state = excluded.state, reason = excluded.reason, receiver_name = excluded.receiver_name, at = excluded.at
WHERE known.state NOT IN ('sent', 'known') OR excluded.state = 'sent'
"""

SETTLE_OLDER = f"""
UPDATE delivery SET state = settled.state, reason = settled.reason, at = now()
FROM {SETTLED}
WHERE delivery.event_uuid = settled.uuid AND kind = %(kind)s AND receiver_id = %(receiver)s
    AND delivery.version < settled.version AND delivery.state IN ('waiting', 'failed')
"""
