"""Stream messages: identity, ordering keys, and the batches that are acknowledged together."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.instance import instance_uuid
from vardkase.core.problems import Problem
from vardkase.exchange.outbox.deliveries import PublishedVersion
from vardkase.exchange.outbox.models import DeliveryState, Entry


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `id` is stable across retries; messages with the same `key` must stay in order."""

    id: str
    topic: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class MessageResult:
    """The delivery state of a published version once its messages are acknowledged."""

    version: PublishedVersion
    state: DeliveryState
    reason: Problem | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Messages that belong together; once acknowledged, the receiver has reached `place`."""

    place: int
    messages: list[Message] = field(default_factory=list)
    outcomes: list[MessageResult] = field(default_factory=list)


def message_of(entry: Entry, topic: str, body: bytes, part: str = "") -> Message:
    number = f"{instance_uuid()}-{entry.pk}"
    return Message(
        f"{number}-{part}" if part else number, topic, str(entry.event_id or entry.subject_id), body
    )
