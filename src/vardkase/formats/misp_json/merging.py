"""Merging one event into another, as MISP does; the source is unchanged."""

from __future__ import annotations

from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.attachments import bytes_attached
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.problems import ImportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.misp.fresh_uuids import PARTS, with_fresh_uuids

MOST = 50_000
MOST_BYTES = 128 * 1024 * 1024
"""Of files; the parts are all in memory at once."""
WITHOUT = EventOptions(
    include_attachments=True,
    include_event_correlations=False,
    exclude_galaxy=True,
    no_sightings=True,
    no_shadow_attributes=True,
)


def parts_to_merge(actor: Actor, source: EventRow) -> dict[str, Any]:
    """The attributes, objects, reports and tags of an event that the actor may read, with new uuids.

    Data that others added (sightings, proposals) stays with the source. Raises Invalid if it is too large.
    """
    if source.attribute_count > MOST or bytes_attached(source.id) > MOST_BYTES:
        raise Invalid(ImportProblem.TOO_LARGE_TO_MERGE(attributes=MOST, size=MOST_BYTES >> 20))
    event = msgspec.json.decode(b"".join(event_document(actor, source.id, WITHOUT)))["Event"]
    return with_fresh_uuids({name: event.get(name, []) for name in (*PARTS, "Tag")})
