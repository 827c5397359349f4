"""Writes outbox entries, and reads them in an order that late transactions cannot break.

Ids are handed out before a transaction is through: entry 8 may be there to read while 7 is still being written, and
whoever remembered "8" would never see 7. So an entry gets its place in the line after it is through, from one hand at
a time, and receivers remember places.
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
"""Where PostgreSQL tells that something was entered (LISTEN)."""

ONE_HAND = 0x6F7574
"""The advisory lock of whoever gives out places."""


def enter_published(published: EventPublished) -> None:
    values = {
        "topic": PUBLISHED,
        "event": published.event_id,
        "uuid": published.event_uuid,
        "version": published.published_at,
        "audiences": json.dumps(sorted(published.groups)),
    }
    cursor().execute(ENTER, values)
    _tell()


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """Something to add to the outbox; the fields are those of `Entry`."""

    topic: str
    act: str
    subject_id: int | None = None
    event_id: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    audiences: Sequence[Sequence[int]] = ()


def enter(happenings: Sequence[OutboxEvent]) -> None:
    """Add entries in order, in one statement. Call it in the transaction of the change."""
    if not happenings:
        return
    columns = zip(
        *((each.topic, each.act, each.subject_id, each.event_id) for each in happenings), strict=True
    )
    named = dict(zip(("topics", "acts", "subjects", "events"), map(list, columns), strict=True))
    written = {
        "about": [json.dumps(each.about) for each in happenings],
        "audiences": [json.dumps(each.audiences) for each in happenings],
    }
    cursor().execute(ENTER_MANY, {**named, **written})
    _tell()


@transaction.atomic
def line_up() -> None:
    cursor().execute("SELECT pg_advisory_xact_lock(%s)", (ONE_HAND,))
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


def _tell() -> None:
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

# The places come from a sequence, since the end of the line may have been cleaned away; in the order of the ids.
LINE_UP = """
WITH line AS MATERIALIZED (
    SELECT id, nextval('outbox_place') AS place
    FROM (SELECT id FROM outbox WHERE place IS NULL ORDER BY id OFFSET 0) waiting
)
UPDATE outbox SET place = line.place FROM line WHERE outbox.id = line.id
"""
