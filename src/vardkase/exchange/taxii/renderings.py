"""Events rendered as STIX objects, shared by all readers with the same view and cached in the database.

STIX takes a hundred times as long as the MISP JSON that it is made from. So the JSON is written anew for every
reader, under the visibility rule of that moment, and its digest alone decides whether STIX of it exists already:
no rule has to say when a rendering is out of date, and nobody can read one that would not be made for them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from django.db import transaction

from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import stored
from vardkase.core.sandbox import LimitReached, ProgramFailed
from vardkase.core.sql import cursor
from vardkase.exchange.taxii.models import Rendering
from vardkase.formats.misp_json import EventOptions, separate_events
from vardkase.formats.stix.objects import library_versions, object_writer
from vardkase.identity.access.actor import Actor

logger = logging.getLogger(__name__)

COPY = "COPY taxii_object (rendering_id, place, stix_id, type, version, body) FROM STDIN"


class Head(msgspec.Struct):
    type: str
    id: str
    created: str | None = None
    modified: str | None = None


def renderings(actor: Actor, event_ids: Iterable[int], options: EventOptions) -> dict[int, int]:
    documents = dict(separate_events(actor, list(event_ids), options))
    digests = {
        # A new version of the STIX libraries renders everything anew.
        event_id: hashlib.sha256(library_versions().encode() + document).digest()
        for event_id, document in documents.items()
    }
    known = _known(digests.values())
    # Rendered inside the request, so the first reader waits; every later one with the same view reads rows.
    missing = {event_id: documents[event_id] for event_id, digest in digests.items() if digest not in known}
    if missing:
        _render(missing, digests)
        known = _known(digests.values())
    return {event_id: known[digest] for event_id, digest in digests.items() if digest in known}


def _known(digests: Iterable[bytes]) -> dict[bytes, int]:
    """The existing renderings for the digests; marks them as used today."""
    parameters = {"digests": list(digests), "today": today()}
    return {bytes(digest): number for digest, number in cursor().execute(KNOWN, parameters, binary=True)}


def _render(documents: Mapping[int, bytes], digests: Mapping[int, bytes]) -> None:
    """Render and store each event; one that cannot be converted to STIX is stored empty and does not stop the
    others."""
    waiting = dict(documents)
    while waiting:
        with object_writer() as write:
            while waiting:
                event_id, document = waiting.popitem()
                try:
                    _store(event_id, digests[event_id], write, document)
                except (LimitReached, ProgramFailed, Invalid) as fault:
                    logger.warning("event %s is not served over TAXII: %s", event_id, fault.wire)
                    _insert(event_id, digests[event_id], stored(problem_of(fault)))
                    break  # The process is in no state to convert another event: the next gets a new one.


def _insert(event_id: int, digest: bytes, fault: str = "") -> int | None:
    parameters = {"digest": digest, "event": event_id, "today": today(), "fault": fault}
    row = cursor().execute(INSERT, parameters).fetchone()
    return int(row[0]) if row else None


@transaction.atomic
def _store(event_id: int, digest: bytes, write: Callable[[bytes], Iterator[bytes]], document: bytes) -> None:
    if (rendering_id := _insert(event_id, digest)) is None:
        return  # Another request rendered the same meanwhile.
    with cursor().copy(COPY) as copy:
        for place, body in enumerate(write(document), 1):
            head = msgspec.json.decode(body, type=Head)
            copy.write_row(
                (rendering_id, place, head.id, head.type, head.modified or head.created, body.decode())
            )


def forget_unused(days: int) -> int:
    """Remove renderings not requested for this many days; returns how many."""
    row = cursor().execute(FORGET, {"today": today(), "days": days}).fetchone()
    return int(row[0]) if row else 0


def faults() -> list[Rendering]:
    return list(Rendering.objects.exclude(fault="").order_by("-pk")[:20])


# `used` is written at most once a day, so that reading seldom writes.
KNOWN = """
WITH found AS (SELECT id, digest, used FROM taxii_rendering WHERE digest = ANY(%(digests)s::bytea[])),
     seen AS (UPDATE taxii_rendering r SET used = %(today)s FROM found f WHERE r.id = f.id AND f.used < %(today)s)
SELECT digest, id FROM found
"""
INSERT = """
INSERT INTO taxii_rendering (digest, event_id, fault, used) VALUES (%(digest)s, %(event)s, %(fault)s, %(today)s)
ON CONFLICT (digest) DO NOTHING RETURNING id
"""
FORGET = """
WITH gone AS (DELETE FROM taxii_rendering WHERE used < %(today)s::date - %(days)s::int RETURNING 1)
SELECT count(*) FROM gone
"""
