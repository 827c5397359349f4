"""Writes outbox entries, and reads them in an order that late transactions cannot break.

Ids are assigned before a transaction commits: entry 8 may be readable while 7 is still being written, and a receiver
that remembered "8" would never see 7. So an entry gets its place after its transaction has committed, from one process
at a time, and receivers remember places.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from vardkase.core.sql import cursor
from vardkase.exchange.outbox.models import Entry
from vardkase.intel.hooks import EventPublished

PUBLISHED = "misp_json"
"""MISP's topic of published events."""

CHANNEL = "outbox"
"""The channel on which PostgreSQL announces new entries (LISTEN)."""

LINE_UP_LOCK = 0x6F7574
"""The advisory lock of the process that assigns places."""


def enter_published(published: EventPublished) -> None:
    values = {
        "topic": PUBLISHED,
        "event": published.event_id,
        "uuid": published.event_uuid,
        "version": published.published_at,
        "audiences": json.dumps(sorted(published.groups)),
    }
    cursor().execute(ENTER, values)
    _notify_receivers()


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """Something to add to the outbox; the fields are those of `Entry`."""

    topic: str
    act: str
    subject_id: int | None = None
    event_id: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    audiences: Sequence[Sequence[int]] = ()


def enter(events: Sequence[OutboxEvent]) -> None:
    """Add entries in order, in one statement. Call it in the transaction of the change."""
    if not events:
        return
    columns = zip(
        *((event.topic, event.act, event.subject_id, event.event_id) for event in events), strict=True
    )
    named = dict(zip(("topics", "acts", "subjects", "events"), map(list, columns), strict=True))
    written = {
        "about": [json.dumps(event.about) for event in events],
        "audiences": [json.dumps(event.audiences) for event in events],
    }
    cursor().execute(ENTER_MANY, {**named, **written})
    _notify_receivers()


@transaction.atomic
def line_up() -> None:
    # Until the commit: another process must not assign later places that become readable before these.
    cursor().execute("SELECT pg_advisory_xact_lock(%s)", (LINE_UP_LOCK,))
    cursor().execute(LINE_UP)


def after(place: int, limit: int, topics: Collection[str] | None = None) -> list[Entry]:
    """The entries after `place`, at most `limit`; only these topics if given."""
    behind = Entry.objects.filter(place__gt=place)
    if topics is not None:
        behind = behind.filter(topic__in=topics)
    return list(behind.order_by("place")[:limit])


def place_before(moment: datetime) -> int:
    """The place after which all entries made at `moment` or later follow, as far as they are still kept."""
    line_up()
    first = Entry.objects.filter(at__gte=moment, place__isnull=False).order_by("place")
    place = first.values_list("place", flat=True).first()
    return last_place() if place is None else place - 1


def last_place() -> int:
    """The end of the outbox, where a receiver starts that is to get only new entries."""
    line_up()
    return (
        Entry.objects.filter(place__isnull=False).order_by("-place").values_list("place", flat=True).first()
        or 0
    )


def _notify_receivers() -> None:
    # PostgreSQL delivers it at the commit, once for the transaction however often it is called.
    cursor().execute(f"NOTIFY {CHANNEL}")


ENTER = """
INSERT INTO outbox (topic, event_id, event_uuid, version, audiences, at)
VALUES (%(topic)s, %(event)s, %(uuid)s, %(version)s, %(audiences)s::jsonb, now())
"""

ENTER_MANY = """
INSERT INTO outbox (topic, act, subject_id, event_id, about, audiences, at)
SELECT each.topic, each.act, each.subject, each.event, each.about::jsonb, each.audiences::jsonb, now()
FROM unnest(%(topics)s::text[], %(acts)s::text[], %(subjects)s::bigint[], %(events)s::bigint[], %(about)s::text[],
            %(audiences)s::text[])
     AS each (topic, act, subject, event, about, audiences)
"""

# From a sequence, as the last entries may have been removed; in the order of the ids, because OFFSET 0 keeps the
# planner from evaluating nextval() before the sort.
LINE_UP = """
WITH line AS MATERIALIZED (
    SELECT id, nextval('outbox_place') AS place
    FROM (SELECT id FROM outbox WHERE place IS NULL ORDER BY id OFFSET 0) waiting
)
UPDATE outbox SET place = line.place FROM line WHERE outbox.id = line.id
"""
