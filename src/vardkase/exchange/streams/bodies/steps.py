"""Converts outbox entries to messages, in outbox order, limited to what the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.sql import query
from vardkase.core.errors import NotFound
from vardkase.core.problems import Problem
from vardkase.exchange.outbox.deliveries import Outcome, PublishedVersion
from vardkase.exchange.outbox.events import PUBLISHED
from vardkase.exchange.outbox.models import DeliveryState, Entry
from vardkase.exchange.streams.bodies.cef import cef_line
from vardkase.exchange.streams.bodies.ecs import ecs_document
from vardkase.exchange.streams.bodies.event_parts import KINDS, part_bodies
from vardkase.exchange.streams.bodies.hub_changes import people_bodies
from vardkase.exchange.streams.bodies.indicators import Indicator, indicators
from vardkase.exchange.streams.bodies.log_entries import log_bodies
from vardkase.exchange.streams.bodies.messages import Step, message_of
from vardkase.exchange.streams.bodies.published import event_body
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.exchange.streams.models import Format, Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.exchange.streams.topics import ATTRIBUTE, AUDIT, BY_HAND

WRITERS: dict[str, Callable[[Indicator], bytes]] = {Format.ECS: ecs_document, Format.CEF: cef_line}
AS_PUBLISHED = frozenset((PUBLISHED, *BY_HAND.values()))


def steps(stream: Stream, entries: Sequence[Entry]) -> Iterator[Step]:
    """The messages for consecutive entries, with the receiver's place after each step.

    Visibility is checked again for each step, as sending the previous one may take time.
    """
    for topic, group in groupby(entries, key=lambda entry: entry.topic):
        every = list(group)
        # A new reader each time, as it remembers its actor: permissions may change while a batch is sent.
        reader = StreamReader(stream)
        together = [entry for entry in every if reader.may_hear_of(entry)]
        if not together:
            yield Step(every[-1].place or 0)
        elif topic in AS_PUBLISHED:
            for entry in together:
                yield from _published_event_steps(StreamReader(stream), entry)
        elif topic == AUDIT and stream.format in WRITERS:
            yield Step(
                together[-1].place or 0,
                [
                    message_of(entry, topic, body)
                    for entry, body in log_bodies(StreamReader(stream), together)
                ],
            )
        elif writer := WRITERS.get(stream.format):
            yield from _attribute_indicator_steps(StreamReader(stream), together, writer)
        else:
            bodies = part_bodies if topic in KINDS else people_bodies
            # Both group entries in ways of their own; receivers get them in the order of the outbox.
            rendered = sorted(bodies(StreamReader(stream), together), key=lambda pair: pair[0].place or 0)
            yield Step(together[-1].place or 0, [message_of(entry, topic, body) for entry, body in rendered])


def _published_event_steps(reader: StreamReader, entry: Entry) -> Iterator[Step]:
    if writer := WRITERS.get(reader.stream.format):
        yield from _event_indicator_steps(reader, entry, writer)
        return
    place = entry.place or 0
    try:
        body, problem = event_body(reader, entry.event_id or 0)
    except NotFound:
        yield Step(place, outcomes=_outcomes(entry, DeliveryState.WITHHELD, ReceiverProblem.WITHHELD()))
    else:
        yield Step(place, [message_of(entry, PUBLISHED, body)], _outcomes(entry, DeliveryState.SENT, problem))


def _event_indicator_steps(
    reader: StreamReader, entry: Entry, writer: Callable[[Indicator], bytes]
) -> Iterator[Step]:
    """The indicators of an event, page by page; the receiver advances once it has all of them."""
    place, sent = entry.place or 0, 0
    chosen = query(reader.actor, reader.search(Scope.ATTRIBUTES, [entry.event_id or 0]))
    for page in indicators(reader, chosen):
        # Not yet `place`: a receiver that is cut off in between gets the event again from its first page.
        yield Step(
            place - 1,
            [message_of(entry, entry.topic, writer(indicator), indicator.uuid) for indicator in page],
        )
        sent += len(page)
    if sent:
        yield Step(place, outcomes=_outcomes(entry, DeliveryState.SENT))
    else:
        yield Step(place, outcomes=_outcomes(entry, DeliveryState.WITHHELD, ReceiverProblem.WITHHELD()))


def _attribute_indicator_steps(
    reader: StreamReader, entries: Sequence[Entry], writer: Callable[[Indicator], bytes]
) -> Iterator[Step]:
    place = entries[-1].place or 0
    # ECS and CEF have indicators, and entries of the audit log: other changes are passed over.
    if entries[0].topic != ATTRIBUTE:
        yield Step(place)
        return
    by_id = {entry.subject_id: entry for entry in entries if entry.subject_id}
    chosen = list(reader.attributes(list(by_id), {entry.event_id for entry in entries if entry.event_id}))
    messages = [
        message_of(by_id[int(indicator.attribute["id"])], ATTRIBUTE, writer(indicator), indicator.uuid)
        for page in indicators(reader, sorted(chosen))
        for indicator in page
    ]
    yield Step(place, messages)


def _outcomes(entry: Entry, state: DeliveryState, reason: Problem | None = None) -> list[Outcome]:
    if entry.topic != PUBLISHED or entry.event_id is None or entry.event_uuid is None:
        return []
    return [Outcome(PublishedVersion(entry.event_id, entry.event_uuid, entry.version), state, reason)]
