"""What went out: each publication of an event is rendered once, compressed, and kept for good.

A snapshot is the event as its own organisation sees it, deleted parts included. Attachments stay in
`core.files`; the document names them by their attributes.
"""

from __future__ import annotations

import hashlib

import zstandard
from django.db.models import Max

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.identity.access.actor import Actor, sharing_group_ids
from vardkase.identity.access.permissions import Credential
from vardkase.intel.hooks import EventPublished
from vardkase.intel.models import Event, EventVersion, Snapshot

WHOLE = EventOptions(
    deleted=Deleted.BOTH, include_event_correlations=False, no_sightings=True, no_shadow_attributes=True
)
"""Correlations, sightings and proposals are left out: they say what else was here, not what was sent."""

LEVEL = 6
"""zstd's level: a tenth of the size of the JSON at some 100 MB/s."""


def keep_version(published: EventPublished) -> None:
    """Store the event that has just been published as its next version, in the publishing transaction."""
    event = Event.objects.select_related("org").get(pk=published.event_id)
    snapshot = _stored(owner_of(event), event.pk)
    latest = EventVersion.objects.filter(event_uuid=event.uuid).aggregate(Max("version"))["version__max"]
    EventVersion.objects.create(
        event_id=event.pk,
        event_uuid=event.uuid,
        version=(latest or 0) + 1,
        snapshot=snapshot,
        published_at=published.published_at,
        published_by=published.published_by,
    )


def read_snapshot(event_uuid: str, version: int) -> bytes:
    """The document of one version, ``{"Event": {…}}``. Raises NotFound.

    It holds all that the event's own organisation saw: the caller decides who may have it.
    """
    found = EventVersion.objects.filter(event_uuid=event_uuid, version=version).select_related("snapshot")
    stored = found.first()
    if stored is None:
        raise NotFound("Invalid event version")
    return zstandard.ZstdDecompressor().decompress(
        bytes(stored.snapshot.document), max_output_size=stored.snapshot.size
    )


def _stored(owner: Actor, event_id: int) -> Snapshot:
    """Render and compress piece by piece; the same bytes published twice are stored once."""
    compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    digest = hashlib.sha256()
    document = bytearray()
    size = 0
    for piece in event_document(owner, event_id, WHOLE):
        digest.update(piece)
        size += len(piece)
        document += compressor.compress(piece)
    document += compressor.flush()
    snapshot = Snapshot(sha256=digest.hexdigest(), document=bytes(document), size=size)
    Snapshot.objects.bulk_create([snapshot], ignore_conflicts=True)
    return snapshot


def owner_of(event: Event) -> Actor:
    """The event's own organisation, as a reader without any permission."""
    return Actor(
        user_id=None,
        name="snapshot",
        organisation_id=event.org_id,
        organisation_name=event.org.name,
        permissions=frozenset(),
        credential=Credential.JOB,
        sharing_group_ids=sharing_group_ids(event.org_id),
    )
