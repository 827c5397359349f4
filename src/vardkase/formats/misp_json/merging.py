"""Merging one event into another, as MISP does, or copying chosen parts of it; the source is unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.attachments import bytes_attached
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.problems import ImportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.services.added_parts import AddedParts, add_parts
from vardkase.misp.distribution import Distribution, narrower
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


@dataclass(frozen=True, slots=True)
class ChosenParts:
    """Ids of attributes outside objects and of objects, or None for all of them, and names of the event’s tags."""

    attributes: Collection[int] | None
    objects: Collection[int] | None
    tags: Collection[str] = ()


def copy_parts(
    actor: Actor, event_id: int, source: EventRow, chosen: ChosenParts, reach: Mapping[str, Any]
) -> AddedParts:
    """Copy parts of an event that the actor may read into another one, as far as that lacks them.

    The copies are shared as `reach` says, but no further than parts that have a level of their own allow.

    Raises Invalid if the source is too large, and what `add_parts` raises.
    """
    document = parts_to_merge(actor, source, chosen)
    for part in (*document["Attribute"], *document["Object"]):
        _limit(part, (int(reach["distribution"]), int(reach.get("sharing_group_id") or 0)))
    for thing in document["Object"]:
        for part in thing["Attribute"]:
            _limit(part, (Distribution.INHERIT, 0))
    return add_parts(actor, event_id, document)


def _limit(part: dict[str, Any], reach: tuple[int, int | None]) -> None:
    """Share the part as its own level and `reach` both allow."""
    part.pop("SharingGroup", None)
    own = int(part["distribution"]), int(part.get("sharing_group_id") or 0)
    distribution, group = narrower(own, reach)
    part.update({"distribution": int(distribution), "sharing_group_id": group or 0})


def parts_to_merge(actor: Actor, source: EventRow, chosen: ChosenParts | None = None) -> dict[str, Any]:
    """The attributes, objects, reports and tags of an event that the actor may read, with new uuids; of these the
    chosen ones, without reports.

    Data that others added (sightings, proposals) stays with the source. Raises Invalid if it is too large.
    """
    if source.attribute_count > MOST or bytes_attached(source.id) > MOST_BYTES:
        raise Invalid(ImportProblem.TOO_LARGE_TO_MERGE(attributes=MOST, size=MOST_BYTES >> 20))
    event = msgspec.json.decode(b"".join(event_document(actor, source.id, WITHOUT)))["Event"]
    parts = {name: event.get(name, []) for name in (*PARTS, "Tag")}
    return with_fresh_uuids(_chosen(parts, chosen) if chosen else parts)


def _chosen(parts: Mapping[str, list[dict[str, Any]]], chosen: ChosenParts) -> dict[str, Any]:
    attributes = list(_among(parts["Attribute"], chosen.attributes))
    objects = list(_among(parts["Object"], chosen.objects))
    inside = [part for thing in objects for part in thing.get("Attribute", ())]
    copied = {str(part["uuid"]).lower() for part in (*attributes, *objects, *inside)}
    for thing in objects:
        # What a reference names outside the copies belongs to the other event.
        thing["ObjectReference"] = [
            reference
            for reference in thing.get("ObjectReference", ())
            if str(reference.get("referenced_uuid")).lower() in copied
        ]
    tags = [tag for tag in parts["Tag"] if tag["name"] in chosen.tags]
    return {"Attribute": attributes, "Object": objects, "Tag": tags}


def _among(parts: list[dict[str, Any]], ids: Collection[int] | None) -> Iterator[dict[str, Any]]:
    wanted = None if ids is None else frozenset(ids)
    return (part for part in parts if wanted is None or int(part["id"]) in wanted)
