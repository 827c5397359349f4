"""The chain of the database as records (`verification`), for verification and for export as JSON Lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from vardkase.audit.chain.checkpoints import document_of, signed_at
from vardkase.audit.chain.digests import COLUMNS, START, canonical, entry_of, utc
from vardkase.audit.chain.keys import public_keys, sign
from vardkase.audit.chain.models import AuditArchive, AuditCheckpoint, AuditLink
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.chain.verification import Record, Verification, verify
from vardkase.audit.queries import THREAT_INTELLIGENCE
from vardkase.audit.redaction import digest_left
from vardkase.core.instance import instance_uuid
from vardkase.core.sql import cursor

AT_ONCE = 2_000
MOST_COUNTED = 10_000
SETTLED = "1 minute"
"""An entry without a link that is older, and among sealed ones, was not written by the hub."""


@transaction.atomic
def verify_database(
    *, trusted: tuple[str, ...] = (), outside: tuple[Record, ...] = (), at: datetime | None = None
) -> Verification:
    """Check the audit log of this database, and that nothing was inserted. For restoring too: `outside` are then the
    checkpoints that were kept elsewhere, and `at` is the moment of which the database is, if it is not now.
    """
    result = verify(records(), trusted=trusted, outside=outside)
    result.waiting = not_sealed()
    ((result.overdue,),) = (
        cursor().execute(OVERDUE, {"covered": result.covered, "at": at or timezone.now()}).fetchall()
    )
    for (id,) in cursor().execute(INSERTED).fetchall():
        result.add(ChainProblem.INSERTED(entry=id))
    return result


def not_sealed() -> int:
    return int(cursor().execute(WAITING).fetchall()[0][0])


def newest_not_sealed() -> tuple[int, datetime | None]:
    """How many entries after the last link have none, `MOST_COUNTED` at most, and since when: quickly."""
    count, since = cursor().execute(NEWEST, {"most": MOST_COUNTED}).fetchall()[0]
    return count, since


def records(
    first: int = 0, last: int | None = None, *, withheld: bool = False, only: Collection[int] | None = None
) -> Iterator[Record]:
    """The records of the links from `first` to `last`, by default of all. Read within one transaction.

    `withheld`: without title and change of entries about threat intelligence. `only`: the end says of no other entries
    that they were emptied.
    """
    with transaction.atomic():
        yield from _records(first, last, withheld=withheld, only=only)


def _records(
    first: int, last: int | None, *, withheld: bool, only: Collection[int] | None
) -> Iterator[Record]:
    whole = last is None
    if last is None:
        newest = AuditLink.objects.order_by("-position").first()
        last = newest.position if newest else 0
    yield _beginning(first)
    for fingerprint, key in public_keys().items():
        yield {"kind": "key", "fingerprint": fingerprint, "public_key": key}
    checkpoints = AuditCheckpoint.objects.filter(position__gte=first).order_by("-position", "-pk")
    waiting = list(checkpoints if whole else checkpoints.filter(position__lte=last))
    for record in _links(first, last):
        while waiting and waiting[-1].position < record["position"]:
            yield document_of(waiting.pop())
        yield _without_content(record) if withheld else record
    for checkpoint in reversed(waiting):
        yield document_of(checkpoint)
    # A file of a part proves itself: an archive ends with a day, not with a checkpoint.
    if not whole and not AuditCheckpoint.objects.filter(position=last).exists():
        yield from (document_of(signed_at(link)) for link in AuditLink.objects.filter(position=last))
    yield _end(first, last, whole=whole, only=only)


def _without_content(record: dict[str, Any]) -> dict[str, Any]:
    """The digest of the content stays, so that the chain can be followed; without the nonce it gives nothing away."""
    entry = record["entry"]
    if entry is None or entry["target_kind"] not in THREAT_INTELLIGENCE:
        return record
    return {**record, "nonce": None, "withheld": True, "entry": {**entry, "title": "", "change": {}}}


def lines(first: int = 0, last: int | None = None, *, withheld: bool = False) -> Iterator[bytes]:
    """The records as JSON Lines, as `vardkase audit verify --file` reads them."""
    for record in records(first, last, withheld=withheld):
        yield canonical(record) + b"\n"


def archive_document(row: AuditArchive) -> dict[str, Any]:
    return {**archive_statement(row), "key": row.key, "signature": row.signature}


def archive_statement(row: AuditArchive) -> dict[str, Any]:
    return {
        "kind": "archive",
        "hub": instance_uuid(),
        "first": row.first,
        "last": row.last,
        "previous": row.previous,
        "digest": row.digest,
        "count": row.count,
        "sha256": row.sha256,
        "time": utc(row.time),
    }


def link_before(first: int) -> tuple[int, bytes, AuditArchive | None]:
    """Position and digest before the first link from `first` on, and the archive that has it."""
    link = AuditLink.objects.filter(position__gte=first).order_by("position").first()
    before = (link.position if link else 1) - 1
    if before < 1:
        return 0, START, None
    if (earlier := AuditLink.objects.filter(position=before).first()) is not None:
        return before, bytes(earlier.digest), None
    archive = AuditArchive.objects.filter(last=before).order_by("-pk").first()
    return before, bytes.fromhex(archive.digest) if archive else START, archive


def _beginning(first: int) -> dict[str, Any]:
    position, digest, archive = link_before(first)
    record = {"kind": "log", "hub": instance_uuid(), "position": position, "digest": digest.hex()}
    if archive is not None:
        record["archive"] = archive_document(archive)
    elif first > 1:
        record["part"] = True
    return record


def _links(first: int, last: int) -> Iterator[dict[str, Any]]:
    connection.ensure_connection()
    # A cursor of the server, and of its own name: the log may be larger than memory.
    with psycopg.ServerCursor(connection.connection, f"audit_{uuid4().hex}") as rows:
        rows.itersize = AT_ONCE
        rows.execute(LINKS, {"first": first, "last": last})
        for position, entry_id, nonce, content, digest, *columns in rows:
            entry = None if columns[0] is None else entry_of(tuple(columns))
            yield {
                "kind": "link",
                "position": position,
                "entry_id": entry_id,
                "nonce": None if nonce is None else nonce.hex(),
                "content": content.hex(),
                "digest": digest.hex(),
                "entry": entry,
            }


def _end(first: int, last: int, *, whole: bool, only: Collection[int] | None) -> dict[str, Any]:
    if whole:
        return {"kind": "end", "position": last}
    rows = cursor().execute(EMPTIED, {"first": first, "last": last}).fetchall()
    emptied = {str(row[0]): digest_left(entry_of(row)) for row in rows if only is None or row[0] in only}
    end = {
        "kind": "end",
        "hub": instance_uuid(),
        "first": max(first, 1),
        "position": last,
        "emptied": emptied,
    }
    if emptied:
        signed = sign(end)
        end |= {"key": signed.key, "signature": signed.signature}
    return end


LINKS = f"""
SELECT l.position, l.entry_id, l.nonce, l.content, l.digest, {COLUMNS}
FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id
WHERE l.position BETWEEN %(first)s AND %(last)s ORDER BY l.position
"""
# Their content was removed, and later entries than these say so.
EMPTIED = f"""
SELECT {COLUMNS} FROM audit_link l JOIN audit_entry e ON e.id = l.entry_id
WHERE l.position BETWEEN %(first)s AND %(last)s AND l.nonce IS NULL ORDER BY 1
"""
INSERTED = f"""
SELECT e.id FROM audit_entry e WHERE e.id < (SELECT max(entry_id) FROM audit_link)
AND e.created < now() - interval '{SETTLED}' AND NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)
ORDER BY e.id LIMIT 20
"""
# Entries are linked within seconds, and checkpoints are made at least once a day.
OVERDUE = """
SELECT EXISTS (SELECT FROM audit_entry e LEFT JOIN audit_link l ON l.entry_id = e.id
    WHERE l.position IS NULL AND e.created < %(at)s - interval '1 hour'
    OR l.position > %(covered)s AND e.created < %(at)s - interval '25 hours')
"""
NEWEST = """
SELECT count(*), min(created) FROM (SELECT created FROM audit_entry
    WHERE id > (SELECT coalesce(max(entry_id), 0) FROM audit_link) ORDER BY id LIMIT %(most)s) e
"""
WAITING = """
SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)
"""
