"""Snapshots: each published version of an event, rendered once, compressed and kept permanently.

A snapshot is the event as its own organisation sees it, deleted parts included. Attachments stay in
`core.files`; the document names them by their attributes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import zstandard

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.events import event_document, separate_events
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.formats.problems import ExportProblem
from vardkase.identity.access.actor import Actor, sharing_group_ids
from vardkase.identity.access.permissions import Credential
from vardkase.intel.hooks import EventPublished
from vardkase.intel.models import EventVersion, Snapshot

WHOLE = EventOptions(
    deleted=Deleted.BOTH, include_event_correlations=False, no_sightings=True, no_shadow_attributes=True
)
"""Correlations, sightings and proposals are left out: they say what else was here, not what was sent."""

LEVEL = 3
"""zstd's level: higher ones take up to three times as long, and make small documents no smaller."""


def keep_version(published: EventPublished) -> None:
    """Store the published event as its next version, in the publishing transaction."""
    _keep(_snapshot(event_document(owner(published.org_id), published.event_id, WHOLE)), published)


def keep_versions(published: Sequence[EventPublished]) -> None:
    """As `keep_version`, of several events of one organisation, which are rendered together."""
    by_id = {each.event_id: each for each in published}
    for event_id, document in separate_events(owner(published[0].org_id), list(by_id), WHOLE):
        _keep(_snapshot((document,)), by_id[event_id])


def _keep(snapshot: Snapshot, published: EventPublished) -> None:
    cursor().execute(KEEP, {
        "sha256": snapshot.sha256,
        "document": snapshot.document,
        "size": snapshot.size,
        "event": published.event_id,
        "uuid": published.event_uuid,
        "at": published.published_at,
        "by": published.published_by,
        "audiences": json.dumps(sorted(published.groups)),
    })  # fmt: skip


def read_snapshot(event_uuid: str, version: int) -> bytes:
    """The document of one version, ``{"Event": {…}}``. Raises NotFound.

    It contains everything the event's own organisation saw: the caller must check who may read it.
    """
    found = EventVersion.objects.filter(event_uuid=event_uuid, version=version).select_related("snapshot")
    stored = found.first()
    if stored is None:
        raise NotFound(ExportProblem.VERSION_NOT_FOUND())
    return _whole(bytes(stored.snapshot.document), stored.snapshot.size)


def read_snapshots(versions: Iterable[tuple[UUID, int]], most_bytes: int) -> Iterator[bytes | None]:
    """The documents of these versions, in order, until they are more than `most_bytes` together; None for the others.

    Those of `read_snapshot`, with the same care.
    """
    rows = list(versions)
    parameters = {
        "uuids": [uuid for uuid, _ in rows],
        "numbers": [number for _, number in rows],
        "most": most_bytes,
    }
    for document, size in cursor().execute(SEVERAL, parameters):
        yield _whole(bytes(document), size) if document is not None else None


def _whole(document: bytes, size: int) -> bytes:
    # A frame that was compressed piece by piece does not say how large it is.
    return zstandard.ZstdDecompressor().decompress(document, max_output_size=size)


def size_of_snapshot(event_uuid: str, version: int) -> int:
    """Its bytes, uncompressed; 0 if there is none."""
    found = EventVersion.objects.filter(event_uuid=event_uuid, version=version)
    return found.values_list("snapshot__size", flat=True).first() or 0


def _snapshot(pieces: Iterable[bytes]) -> Snapshot:
    compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    digest = hashlib.sha256()
    document = bytearray()
    size = 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        document += compressor.compress(piece)
    document += compressor.flush()
    return Snapshot(sha256=digest.hexdigest(), document=bytes(document), size=size)


def owner(organisation_id: int) -> Actor:
    return Actor(
        user_id=None,
        name="snapshot",
        organisation_id=organisation_id,
        organisation_name="",
        permissions=frozenset(),
        credential=Credential.JOB,
        sharing_group_ids=sharing_group_ids(organisation_id),
    )


SEVERAL = """
SELECT CASE WHEN sum(s.size) OVER (ORDER BY wanted.place) <= %(most)s THEN s.document END, s.size
FROM unnest(%(uuids)s::uuid[], %(numbers)s::int[]) WITH ORDINALITY AS wanted (uuid, version, place)
LEFT JOIN event_version v ON v.event_uuid = wanted.uuid AND v.version = wanted.version
LEFT JOIN snapshot s ON s.sha256 = v.snapshot_id
ORDER BY wanted.place
"""
# The same bytes published twice are stored once.
KEEP = """
WITH kept AS (
    INSERT INTO snapshot (sha256, document, size) VALUES (%(sha256)s, %(document)s, %(size)s)
    ON CONFLICT DO NOTHING
), offence AS (
    SELECT part_id, place FROM personal_data_mark
    WHERE event_id = %(event)s AND (says_offence OR tagged_offence) AND denied_at IS NULL
)
INSERT INTO event_version (event_id, event_uuid, version, snapshot_id, published_at, published_by,
    distribution, sharing_group_id, audiences, info, date, tags, offences)
SELECT e.id, e.uuid, 1 + (SELECT coalesce(max(version), 0) FROM event_version WHERE event_uuid = %(uuid)s),
    %(sha256)s, %(at)s, %(by)s, e.distribution, CASE WHEN e.distribution = 4 THEN e.sharing_group_id END,
    %(audiences)s::jsonb, e.info, e.date, (
        SELECT coalesce(jsonb_agg(t.name ORDER BY t.is_galaxy, t.name), '[]')
        FROM event_tag et JOIN tag t ON t.id = et.tag_id WHERE et.event_id = e.id AND NOT et.local),
    ARRAY(
        SELECT a.uuid FROM offence JOIN attribute a ON a.id = offence.part_id
        WHERE offence.place IN ('attribute', 'object-attribute', 'file-name', 'attribute-tag')
        UNION
        SELECT r.uuid FROM offence JOIN event_report r ON r.id = offence.part_id
        WHERE offence.place IN ('report', 'report-tag')
        UNION
        SELECT o.uuid FROM offence JOIN object o ON o.id = offence.part_id WHERE offence.place = 'object'
        UNION
        SELECT e.uuid FROM offence WHERE offence.place IN ('title', 'tag'))
FROM event e WHERE e.id = %(event)s
"""
