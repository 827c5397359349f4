"""What must hold after a fault. Each check returns what does not, in words."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from bench.chaos.inspector import Inspector
from bench.chaos.ledger import Ledger, Write
from bench.chaos.site import POSTGRES, WEB, WORKER, Site

RESTARTING = 40.0
"""Seconds after which `serve` has started again what ended: it waits longer each time that something ends."""
SETTLING = 240.0
"""Seconds for all jobs: those of a killed worker are taken up again after half a minute, by a job of each minute."""


def check(site: Site, inspector: Inspector, ledger: Ledger) -> list[str]:
    """Everything that was acknowledged is there, nothing is there by halves, and what is derived fits."""
    with site.connect() as connection:
        lost = [f"lost: {text}" for text in _lost(connection, ledger)]
        events = [write.name for write in ledger.of("event", acknowledged=False)]
        ids = [
            row[0] for row in _rows(connection, "SELECT id FROM event WHERE uuid = ANY(%s::uuid[])", events)
        ]
        faults = [*lost, *_halves(connection, ledger), *_counts(connection), *_audited(connection, ids)]
    digests = {write.name: hashlib.sha256(write.content).hexdigest() for write in ledger.of("attachment")}
    return [*faults, *inspector.faults(ids, digests), *_processes(site), *ledger.wrong]


def _rows(connection: psycopg.Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(statement, values).fetchall()


def _lost(connection: psycopg.Connection, ledger: Ledger) -> Iterable[str]:
    for kind, statement in FOUND.items():
        wanted = {write.name for write in ledger.of(kind)}
        found = {row[0] for row in _rows(connection, statement, list(wanted))}
        yield from (f"{kind} {name}" for name in sorted(wanted - found))


def _halves(connection: psycopg.Connection, ledger: Ledger) -> Iterable[str]:
    """Events that lack something of what was sent with them, acknowledged or not."""
    events = {write.name: write.content for write in ledger.of("event", acknowledged=False)}
    stored: dict[str, set[str]] = {}
    for event, attribute in _rows(connection, ATTRIBUTES_OF, list(events)):
        stored.setdefault(event, set()).add(attribute)
    tags = _rows(connection, TAGS_OF, list(events))
    for event, attributes in stored.items():
        if missing := {each["uuid"] for each in events[event]["Attribute"]} - attributes:
            yield f"half: event {event} lacks {len(missing)} attributes"
        if {each["name"] for each in events[event]["Tag"]} - {tag for of, tag in tags if of == event}:
            yield f"half: event {event} lacks a tag"


def _counts(connection: psycopg.Connection) -> Iterable[str]:
    for uuid, said, counted in _rows(connection, WRONG_COUNTS):
        yield f"half: event {uuid} says that it has {said} attributes, and has {counted}"


def _audited(connection: psycopg.Connection, events: list[int]) -> Iterable[str]:
    for kind, uuid in _rows(connection, WITHOUT_ENTRY, *[events] * WITHOUT_ENTRY.count("%s")):
        yield f"audit log: nothing of {kind} {uuid}"


def _processes(site: Site) -> Iterable[str]:
    """One worker, the web processes and the database; those that ended are started again after a while."""
    deadline = time.monotonic() + RESTARTING
    while not _all_run(site) and time.monotonic() < deadline:
        time.sleep(0.2)
    if not _all_run(site):
        yield f"processes: web {site.pids(WEB)}, worker {site.pids(WORKER)}, left behind {site.left()}"


def _all_run(site: Site) -> bool:
    has_database = site.database is not None or bool(site.pids(POSTGRES))
    return has_database and len(site.pids(WORKER)) == 1 and bool(site.pids(WEB)) and not site.left()


def settle(site: Site, ledgers: Sequence[Ledger]) -> list[str]:
    """Wait until all jobs are done, and look at what they did: once each."""
    deadline = time.monotonic() + SETTLING
    with site.connect() as connection:
        while (open_jobs := _rows(connection, OPEN_JOBS)) and time.monotonic() < deadline:
            connection.execute(BRING_FORWARD)
            time.sleep(0.5)
        failed = _rows(connection, FAILED_JOBS)
        publications = [write.name for ledger in ledgers for write in ledger.of("publication")]
        pulled = [write.name for ledger in ledgers for write in ledger.of("pull")]
        published = dict(_rows(connection, VERSIONS, publications))
        there = {row[0] for row in _rows(connection, FOUND["event"], pulled)}
        faults = [f"job {name} does not end ({status}, {count})" for name, status, count in open_jobs]
        faults += [f"job {name} failed {count} times" for name, count in failed]
    faults += [f"lost: publication of {uuid}" for uuid in publications if uuid not in published]
    faults += [f"doubled: {uuid} has {count} versions" for uuid, count in published.items() if count > 1]
    return faults + [f"lost: {uuid} was to be pulled" for uuid in pulled if uuid not in there]


def acknowledged(ledgers: Iterable[Ledger]) -> list[Write]:
    return [write for ledger in ledgers for write in ledger.writes if write.acknowledged]


BY_UUID = "SELECT uuid::text FROM {table} WHERE uuid = ANY(%s::uuid[])"
FOUND = {
    "event": BY_UUID.format(table="event"),
    "attribute": BY_UUID.format(table="attribute"),
    "attachment": BY_UUID.format(table="attribute"),
    "tag": """
SELECT t.name FROM attribute_tag a JOIN tag t ON t.id = a.tag_id WHERE t.name = ANY(%s::text[])
""",
    "proposal": "SELECT value1 FROM proposal WHERE value1 = ANY(%s::text[])",
    "sighting": "SELECT source FROM sighting WHERE source = ANY(%s::text[])",
}
ATTRIBUTES_OF = """
SELECT e.uuid::text, a.uuid::text FROM event e LEFT JOIN attribute a ON a.event_id = e.id
WHERE e.uuid = ANY(%s::uuid[])
"""
TAGS_OF = """
SELECT e.uuid::text, t.name FROM event e JOIN event_tag et ON et.event_id = e.id JOIN tag t ON t.id = et.tag_id
WHERE e.uuid = ANY(%s::uuid[])
"""
WRONG_COUNTS = """
SELECT * FROM (
    SELECT e.uuid, e.attribute_count,
           (SELECT count(*) FROM attribute a WHERE a.event_id = e.id AND NOT a.deleted) AS counted
    FROM event e) counts
WHERE attribute_count <> counted
"""
# Every write has its entry, and what the entry tells of is there.
WITHOUT_ENTRY = """
SELECT 'event', e.uuid::text FROM event e
WHERE e.id = ANY(%s::bigint[])
  AND (SELECT count(*) FROM audit_entry x WHERE x.action = 'event.added' AND x.target_uuid = e.uuid) <> 1
UNION ALL
SELECT 'proposal', p.uuid::text FROM proposal p
WHERE p.event_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM audit_entry x WHERE x.action = 'proposal.added' AND x.target_uuid = p.uuid)
UNION ALL
SELECT 'publication', v.event_uuid::text FROM event_version v
WHERE v.event_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM audit_entry x WHERE x.action = 'event.published' AND x.target_uuid = v.event_uuid)
UNION ALL
SELECT 'sighting', s.uuid::text FROM sighting s
WHERE s.event_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM audit_entry x WHERE x.action = 'sighting.added' AND x.target_uuid = s.uuid)
UNION ALL
SELECT 'added attributes', e.uuid::text FROM event e
WHERE e.id = ANY(%s::bigint[])
  AND (SELECT count(*) FROM audit_entry x WHERE x.action = 'attribute.added' AND x.target_uuid = e.uuid)
      > (SELECT count(*) FROM attribute a WHERE a.event_id = e.id)
UNION ALL
SELECT 'event that is not there', x.target_uuid::text FROM audit_entry x
WHERE x.action = 'event.added' AND NOT EXISTS (SELECT FROM event e WHERE e.uuid = x.target_uuid)
"""
OPEN_JOBS = """
SELECT task_name, status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2
"""
# What failed for an outage waits for minutes to be tried again.
BRING_FORWARD = """
UPDATE procrastinate_jobs SET scheduled_at = now()
WHERE status = 'todo' AND attempts > 0 AND scheduled_at > now() + interval '1 second'
"""
FAILED_JOBS = "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1"
VERSIONS = """
SELECT event_uuid::text, count(*) FROM event_version WHERE event_uuid = ANY(%s::uuid[]) GROUP BY 1
"""
