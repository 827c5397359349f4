"""Merging one event into another, as MISP does, or copying chosen parts of it; the source is unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.problems import ImportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.added_parts import AddedParts, add_parts
from vardkase.misp.distribution import Distribution, Limit, narrowest
from vardkase.misp.fresh_uuids import PARTS, with_fresh_uuids

MOST = 50_000
MOST_BYTES = 128 * 1024 * 1024
"""Of files; the parts are all in memory at once."""
MOST_TEXT = 128 * 1024 * 1024
"""Bytes of everything else in the document."""
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
    actor: Actor,
    event_id: int,
    source: EventRow,
    chosen: ChosenParts,
    reach: Mapping[str, Any],
    *,
    widen: bool = False,
) -> AddedParts:
    """Copy parts of an event that the actor may read into another one, as far as that lacks them.

    The copies are shared as `reach` says, but with no more than their originals are unless `widen`. Raises Invalid if
    the source is too large, or for `widen` if that cannot be kept in the event; and what `add_parts` raises.
    """
    target = find_event(actor, event_id)
    document = parts_to_merge(actor, source, chosen)
    wanted = _limit(reach)
    outer = [] if widen else _imposed_by(source, target)
    for part in (*document["Attribute"], *document["Object"]):
        kept = wanted if widen else narrowest((wanted, _limit(part), *outer))
        _share(part, kept)
        inside = part.get("Attribute", ())
        for each in inside:
            _share(each, (Distribution.INHERIT, None) if widen else _limit(each))
        is_narrower = kept != wanted or any(_limit(each)[0] != Distribution.INHERIT for each in inside)
        # Site administrators read what the organisation that owns the target may not.
        if is_narrower and actor.is_site_admin and source.org_id != target.org_id:
            raise Invalid({"widen": [ImportProblem.NARROWER_PARTS()]})
    return add_parts(actor, event_id, document)


def _imposed_by(source: EventRow, target: EventRow) -> list[Limit]:
    """The distribution of the source, unless the target is shared with no more than that."""
    limit, own = ((event.distribution, event.sharing_group_id) for event in (source, target))
    return [] if narrowest((own, limit)) == own else [limit]


def _limit(part: Mapping[str, Any]) -> Limit:
    return int(part["distribution"]), int(part.get("sharing_group_id") or 0) or None


def _share(part: dict[str, Any], limit: Limit) -> None:
    part.pop("SharingGroup", None)
    part.update({"distribution": int(limit[0]), "sharing_group_id": limit[1] or 0})


def parts_to_merge(actor: Actor, source: EventRow, chosen: ChosenParts | None = None) -> dict[str, Any]:
    """The attributes, objects, reports and tags of an event that the actor may read, with new uuids; of these the
    chosen ones, without reports.

    Data that others added (sightings, proposals) stays with the source. Raises Invalid if it is too large.
    """
    if source.attribute_count > MOST:
        raise _too_large()
    event = msgspec.json.decode(_bounded(event_document(actor, source.id, WITHOUT)))["Event"]
    parts = {name: event.get(name, []) for name in (*PARTS, "Tag")}
    if _bytes_attached(parts) > MOST_BYTES:
        raise _too_large()
    return with_fresh_uuids(_chosen(parts, chosen) if chosen else parts)


def _bounded(pieces: Iterable[bytes]) -> bytearray:
    """The pieces as one, read no farther than is allowed: where files are kept, each size would be a request."""
    document = bytearray()
    for piece in pieces:
        document += piece
        if len(document) > MOST_BYTES * 4 // 3 + MOST_TEXT:
            raise _too_large()
    return document


def _bytes_attached(parts: Mapping[str, list[dict[str, Any]]]) -> int:
    inside = [part for thing in parts["Object"] for part in thing.get("Attribute", ())]
    encoded = [str(part.get("data") or "") for part in (*parts["Attribute"], *inside)]
    return sum(len(text) * 3 // 4 - text.count("=", -2) for text in encoded)


def _too_large() -> Invalid:
    return Invalid(ImportProblem.TOO_LARGE_TO_MERGE(attributes=MOST, size=MOST_BYTES >> 20))


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
