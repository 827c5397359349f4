"""Entering what is to go out, and reading it in one order that no late transaction can slip behind.

Ids are handed out before a transaction is through: entry 8 may be there to read while 7 is still being written, and
whoever remembered "8" would never see 7. So an entry gets its place in the line after it is through, from one hand at
a time, and receivers remember places.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    """Enter an event in the transaction that publishes it."""
    cursor().execute(ENTER, {"topic": PUBLISHED, "event": published.event_id})
    _tell()


def enter(topic: str, subject_ids: Iterable[int], event_id: int | None = None) -> None:
    """Enter rows under a topic; they are out of `event_id` where they are of an event. Call in their transaction."""
    Entry.objects.bulk_create(
        (Entry(topic=topic, subject_id=each, event_id=event_id) for each in subject_ids), batch_size=1000
    )
    _tell()


@transaction.atomic
def line_up() -> None:
    """Give a place to every entry that is through and has none."""
    cursor().execute("SELECT pg_advisory_xact_lock(%s)", (ONE_HAND,))
    cursor().execute(LINE_UP)


def after(place: int, limit: int) -> list[Entry]:
    """The next entries in the line behind `place`, at most `limit`."""
    return list(Entry.objects.filter(place__gt=place).order_by("place")[:limit])


def last_place() -> int:
    """The end of the line: where a receiver begins that is to hear only what comes from now on."""
    line_up()
    return (
        Entry.objects.filter(place__isnull=False).order_by("-place").values_list("place", flat=True).first()
        or 0
    )


def _tell() -> None:
    cursor().execute(f"NOTIFY {CHANNEL}")


ENTER = """
INSERT INTO outbox (topic, event_id, event_uuid, version, at)
SELECT %(topic)s, id, uuid, publish_timestamp, now() FROM event WHERE id = %(event)s
"""

# The places come from a sequence, since the end of the line may have been cleaned away; in the order of the ids.
LINE_UP = """
WITH line AS MATERIALIZED (
    SELECT id, nextval('outbox_place') AS place
    FROM (SELECT id FROM outbox WHERE place IS NULL ORDER BY id OFFSET 0) waiting
)
UPDATE outbox SET place = line.place FROM line WHERE outbox.id = line.id
"""
