"""Services that record what clients fetch, and count it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Literal

from django.db import transaction
from django.utils import timezone

from vardkase.analysis.search.filters import Scope
from vardkase.core.database.replica import on_primary
from vardkase.core.sql import cursor
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.settings import KEPT_DAYS
from vardkase.formats.misp_json.listed_attributes import FoundAttributes
from vardkase.identity.access.actor import Actor

OF_SCOPE = {
    Scope.EVENTS: FetchedKind.EVENT,
    Scope.ATTRIBUTES: FetchedKind.ATTRIBUTE,
    Scope.OBJECTS: FetchedKind.OBJECT,
}
type FetchedPart = Literal["analyst_data", "proposal", "report", "sighting"]
AT_ONCE = 200
"""Requests that are counted in one statement."""


def record_fetch(actor: Actor, channel: FetchChannel, kind: FetchedKind, ids: Iterable[int]) -> None:
    """Record what a request returns to the actor, before the first byte of it."""
    key = actor.key.id if actor.key else 0
    _record(channel, kind, ids, (actor.user_id or 0, key, actor.organisation_id, actor.name))


def record_search(actor: Actor, channel: FetchChannel, scope: Scope, found: object) -> None:
    """Record what a search found (`formats.registry`); nothing of one that only counts."""
    if isinstance(found, FoundAttributes):
        record_fetch(actor, channel, FetchedKind.EVENT, found.event_ids)
    elif isinstance(found, array):
        record_fetch(actor, channel, OF_SCOPE[scope], found)


def record_parts(actor: Actor, channel: FetchChannel, part: FetchedPart, ids: Iterable[int]) -> None:
    """Record the events whose reports, proposals or other parts are returned."""
    rows = cursor().execute(EVENTS_OF[part], {"ids": list(ids)}).fetchall()
    record_fetch(actor, channel, FetchedKind.EVENT, [row[0] for row in rows])


def record_feed_fetch(actor: Actor | None, reader: str, feed_id: int, event_uuid: str) -> None:
    """Record a file of a feed: an event's, or one that names all its events (`event_uuid` empty).

    `reader` is who read it if that is nobody with an account.
    """
    kind, ids = FetchedKind.FEED, [feed_id]
    if event_uuid:
        rows = cursor().execute("SELECT id FROM event WHERE uuid = %s", (event_uuid,)).fetchall()
        kind, ids = FetchedKind.EVENT, [row[0] for row in rows]
    if actor is not None:
        record_fetch(actor, FetchChannel.FEED, kind, ids)
    else:
        _record(FetchChannel.FEED, kind, ids, (0, 0, 0, reader))


def _record(
    channel: FetchChannel, kind: FetchedKind, ids: Iterable[int], who: tuple[int, int, int, str]
) -> None:
    packed = ids if isinstance(ids, array) else array("q", ids)
    if not packed:
        return
    user, key, organisation, name = who
    values = {
        "channel": channel.value,
        "kind": kind.value,
        "ids": packed.tobytes(),
        "user": user,
        "key": key,
        "organisation": organisation,
        "name": name[:255],
        "at": timezone.now(),
    }
    with on_primary():
        cursor().execute(RECORD, values)


def count_fetches() -> int:
    """Join what was recorded since the last time into one row for each reader and event; returns how many requests."""
    counted = 0
    while some := _count_some():
        counted += some
    return counted


@transaction.atomic
def _count_some() -> int:
    executor = cursor()
    # One at a time, or two would wait for each other's rows.
    executor.execute("SELECT pg_advisory_xact_lock(hashtext('fetches'))")
    rows = executor.execute(TAKE, {"most": AT_ONCE}, binary=True).fetchall()
    for kind, packed, channel, user, key, organisation, name, at in rows:
        ids = array("q")
        ids.frombytes(packed)
        values = {
            "kind": "feed" if kind == "feed" else "event",
            "ids": list(dict.fromkeys(ids)),
            "channel": channel,
            "user": user,
            "key": key,
            "organisation": organisation,
            "name": name,
            "at": at,
        }
        executor.execute(COUNT.format(subjects=SUBJECTS[kind]), values)
    return len(rows)


def forget_fetches() -> int:
    """Forget what was fetched too long ago, and what was of events that are gone; returns how many rows."""
    row = cursor().execute(FORGET, {"days": KEPT_DAYS.value}).fetchone()
    cursor().execute(
        "DELETE FROM fetch_reader r WHERE NOT EXISTS (SELECT 1 FROM fetched WHERE reader_id = r.id)"
    )
    return int(row[0]) if row else 0


# Without waiting for the disk: a crash of the machine loses the last half second, and no request waits for it.
RECORD = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', TRUE))
INSERT INTO fetch_record (channel, kind, ids, user_id, key_id, organisation_id, name, at)
SELECT %(channel)s, %(kind)s, %(ids)b, %(user)s, %(key)s, %(organisation)s, %(name)s, %(at)s FROM quick
"""
TAKE = """
DELETE FROM fetch_record WHERE id IN (SELECT id FROM fetch_record ORDER BY id LIMIT %(most)s)
RETURNING kind, ids, channel, user_id, key_id, organisation_id, name, at
"""
OF_PARTS = "SELECT DISTINCT event_id FROM {table} WHERE id = ANY(%(ids)s::bigint[])"
EVENTS_OF: dict[FetchedPart, str] = {
    "report": OF_PARTS.format(table="event_report"),
    "proposal": OF_PARTS.format(table="proposal"),
    "sighting": OF_PARTS.format(table="sighting"),
    "analyst_data": """
        SELECT DISTINCT coalesce(e.id, a.event_id, o.event_id, r.event_id) FROM analyst_data n
        LEFT JOIN event e ON e.uuid = n.object_uuid LEFT JOIN attribute a ON a.uuid = n.object_uuid
        LEFT JOIN object o ON o.uuid = n.object_uuid LEFT JOIN event_report r ON r.uuid = n.object_uuid
        WHERE n.id = ANY(%(ids)s::bigint[]) AND coalesce(e.id, a.event_id, o.event_id, r.event_id) IS NOT NULL
    """,
}
SUBJECTS = {
    FetchedKind.EVENT: "SELECT unnest(%(ids)s::bigint[])",
    FetchedKind.FEED: "SELECT unnest(%(ids)s::bigint[])",
    FetchedKind.ATTRIBUTE: "SELECT DISTINCT event_id FROM attribute WHERE id = ANY(%(ids)s::bigint[])",
    FetchedKind.OBJECT: "SELECT DISTINCT event_id FROM object WHERE id = ANY(%(ids)s::bigint[])",
}
COUNT = """
WITH known AS (
    INSERT INTO fetch_reader (channel, user_id, key_id, organisation_id, name)
    VALUES (%(channel)s, %(user)s, %(key)s, %(organisation)s, %(name)s)
    ON CONFLICT (channel, user_id, key_id, organisation_id, name) DO UPDATE SET name = excluded.name RETURNING id
)
INSERT INTO fetched AS f (reader_id, kind, subject_id, count, first_at, last_at)
SELECT known.id, %(kind)s, subject.id, 1, %(at)s, %(at)s FROM known, ({subjects}) AS subject (id)
ON CONFLICT (kind, subject_id, reader_id) DO UPDATE SET count = f.count + 1,
    first_at = least(f.first_at, excluded.first_at), last_at = greatest(f.last_at, excluded.last_at)
"""
FORGET = """
WITH gone AS (
    DELETE FROM fetched f WHERE last_at < now() - make_interval(days => %(days)s)
        OR kind = 'event' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = f.subject_id)
    RETURNING 1
)
SELECT count(*) FROM gone
"""
