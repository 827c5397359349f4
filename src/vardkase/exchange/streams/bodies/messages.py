"""Stream messages: identity, ordering keys, and the batches that are acknowledged together."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.instance import instance_uuid
from vardkase.exchange.outbox.deliveries import Outcome
from vardkase.exchange.outbox.models import Entry


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `id` is stable across retries; messages with the same `key` must stay in order."""

    id: str
    topic: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """Messages that belong together; once acknowledged, the receiver has reached `place` and the published versions
    among them have these outcomes."""

    place: int
    messages: list[Message] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def message_of(entry: Entry, topic: str, body: bytes, part: str = "") -> Message:
    number = f"{instance_uuid()}-{entry.pk}"
    return Message(
        f"{number}-{part}" if part else number, topic, str(entry.event_id or entry.subject_id), body
    )
