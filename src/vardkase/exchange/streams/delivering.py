"""One delivery round of a stream: render the next messages, send them, and advance once acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import stored
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox.deliveries import Outcome, Receiver, settle
from vardkase.exchange.outbox.events import after, last_place
from vardkase.exchange.outbox.models import DeliveryState, Entry
from vardkase.exchange.outbox.models import EntryKind as ReceiverKind
from vardkase.exchange.streams.bodies.messages import Message, Step
from vardkase.exchange.streams.bodies.steps import steps
from vardkase.exchange.streams.errors import fault_of
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.senders import Sender
from vardkase.exchange.streams.topics import BY_HAND

AT_A_TIME = 100
"""Entries looked at in one round."""
BYTES = 4 * 1024 * 1024
"""Of one batch, unless a single message is larger."""


class Changed(Exception):
    """The stream's configuration has changed and must be reloaded."""


@dataclass(slots=True)
class StreamBatch:
    place: int = 0
    messages: list[Message] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def take(self, step: Step) -> None:
        self.place = step.place
        self.messages += step.messages
        self.outcomes += step.outcomes

    def is_full(self, most: int) -> bool:
        return len(self.messages) >= most or sum(len(message.body) for message in self.messages) >= BYTES


def waiting(stream: Stream, limit: int) -> list[Entry]:
    by_hand = [BY_HAND[stream.kind]] if stream.kind in BY_HAND else []
    return after(stream.position, limit, [*stream.topics, *by_hand])


def deliver_some(stream: Stream, sender: Sender) -> int:
    """Send the next entries; returns how many. Advances `stream`.

    Raises OutgoingFailed after recording what could not be sent, and Changed.
    """
    # Before the entries are read: an entry that gets its place in between must not be skipped.
    end = last_place()
    entries = waiting(stream, AT_A_TIME)
    if not entries:
        if stream.position < end:
            _advance(stream, end)
        return 0
    for batch in _batches(steps(stream, entries), sender.at_once):
        try:
            sender.send(batch.messages)
        except OutgoingFailed as error:
            unsent = (each.version for each in batch.outcomes if each.state is DeliveryState.SENT)
            settle(receiver(stream), [Outcome(each, DeliveryState.FAILED, error.problem) for each in unsent])
            raise
        with transaction.atomic():
            # Together: what was acknowledged must not be recorded without the position, or it is sent again.
            _advance(stream, batch.place, sent=bool(batch.messages))
            settle(receiver(stream), batch.outcomes)
    return len(entries)


def note_failure(stream: Stream, error: OutgoingFailed) -> None:
    now = timezone.now()
    stream.failures += 1
    stream.failing_since = stream.failing_since or now
    Stream.objects.filter(pk=stream.pk, revision=stream.revision).update(
        failures=F("failures") + 1,
        failing_since=stream.failing_since,
        fault=stored(problem_of(error)),
        fault_code=fault_of(error),
    )


def receiver(stream: Stream) -> Receiver:
    return Receiver(ReceiverKind.STREAM, stream.pk, stream.name)


def _batches(found: Iterator[Step], most: int) -> Iterator[StreamBatch]:
    batch = StreamBatch()
    for step in found:
        batch.take(step)
        if batch.is_full(most):
            yield batch
            batch = StreamBatch()
    # A batch without messages counts too: it moves the position past entries that were not to be sent.
    if batch.place:
        yield batch


def _advance(stream: Stream, place: int, *, sent: bool = False) -> None:
    well = {"failing_since": None, "failures": 0, "fault": "", "fault_code": "", "last_sent": timezone.now()}
    found = Stream.objects.filter(pk=stream.pk, revision=stream.revision, enabled=True)
    # Not `stream.save()`: an edit, pause or move made meanwhile wins.
    if not found.update(position=place, **(well if sent else {})):
        raise Changed
    stream.position = place
    if sent:
        stream.failures, stream.failing_since = 0, None
