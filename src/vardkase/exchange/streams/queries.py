"""Reading streams: site administrators only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.exchange.outbox.entries import line_up
from vardkase.exchange.outbox.models import Entry
from vardkase.exchange.streams.delivering import waiting
from vardkase.exchange.streams.models import Stream
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a stream is: how many entries wait for it (at most `MOST_COUNTED`), and the oldest of them."""

    stream: Stream
    waiting: int
    oldest: Entry | None

    @property
    def is_more(self) -> bool:
        """Whether more wait than were counted."""
        return self.waiting >= MOST_COUNTED


def streams(actor: Actor) -> QuerySet[Stream]:
    """Every stream, by name. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    return Stream.objects.select_related("org").order_by("name")


def find_stream(actor: Actor, stream_id: int) -> Stream:
    """One stream. Raises NotFound, Forbidden."""
    stream = streams(actor).filter(pk=stream_id).first()
    if stream is None:
        raise NotFound("Invalid stream.")
    return stream


def standing(stream: Stream) -> Standing:
    """How far the stream is now."""
    line_up()
    entries = waiting(stream, MOST_COUNTED)
    return Standing(stream, len(entries), entries[0] if entries else None)
