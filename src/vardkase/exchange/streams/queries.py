"""Queries for streams: site administrators only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.exchange.outbox.events import line_up
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.standing import may_now

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """The backlog of a stream: the number of waiting entries (at most `MOST_COUNTED`), and since when the
    first waits."""

    stream: Stream
    waiting: int
    since: datetime | None

    @property
    def is_more(self) -> bool:
        return self.waiting >= MOST_COUNTED


def running() -> QuerySet[Stream]:
    """The streams to deliver: enabled, and their organisation may read and feed machines. Others keep their
    position and resume later."""
    may = Q(org=None) | may_now("read", "sync", path="org")
    return Stream.objects.filter(may, enabled=True)


def streams(actor: Actor) -> QuerySet[Stream]:
    """Every stream by name; those of MISP's settings only once the settings were used. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    return Stream.objects.select_related("org").exclude(by_settings=True, enabled=False).order_by("name")


def find_stream(actor: Actor, stream_id: int) -> Stream:
    return first_or_not_found(streams(actor).filter(pk=stream_id), StreamProblem.NOT_FOUND())


def standings(found: Sequence[Stream]) -> list[StreamStatus]:
    line_up()
    rows = (
        cursor().execute(WAITING, {"ids": [stream.pk for stream in found], "most": MOST_COUNTED}).fetchall()
    )
    waiting = {number: (count, since) for number, count, since in rows}
    return [StreamStatus(stream, *waiting.get(stream.pk, (0, None))) for stream in found]


# `push_zeromq` and the like are entries for one kind of stream, whatever topics it has chosen.
WAITING = """
SELECT stream.id, counted.number, counted.since
FROM stream CROSS JOIN LATERAL (
    SELECT count(*) AS number, min(at) AS since
    FROM (
        SELECT at FROM outbox
        WHERE place > stream.position AND topic = ANY(stream.topics || ('push_' || stream.kind))
        ORDER BY place LIMIT %(most)s
    ) waiting
) counted
WHERE stream.id = ANY(%(ids)s)
"""
