"""A message, and how messages follow each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.instance import instance_uuid
from vardkase.exchange.outbox.deliveries import Version
from vardkase.exchange.outbox.models import Entry, State


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `id` is the same each time it is sent; what has the same `key` has to stay in order."""

    id: str
    topic: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a published version once its messages are acknowledged."""

    version: Version
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Messages that go together; when they are acknowledged, the receiver stands at `place`."""

    place: int
    messages: list[Message] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def message_of(entry: Entry, topic: str, body: bytes, part: str = "") -> Message:
    """A message about an entry; `part` tells those about one entry from each other."""
    number = f"{instance_uuid()}-{entry.pk}"
    return Message(
        f"{number}-{part}" if part else number, topic, str(entry.event_id or entry.subject_id), body
    )
