"""The event index as MISP JSON: events/index, including the format used by synchronisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vardkase.formats.misp_json.galaxies import GalaxyLoader, Tagged
from vardkase.formats.misp_json.module_document import THREAT_LEVELS
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import encoder
from vardkase.formats.misp_json.tags import Attachment, TagFacts, TagLoader
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import IndexOrganisation, IndexRow, IndexTag, index_rows


def event_index(actor: Actor, chosen: Chosen, *, minimal: bool = False) -> Iterator[bytes]:
    """A JSON list of index rows in the order chosen; `minimal` includes only the six members that sync
    compares."""
    tags = TagLoader(actor)
    galaxies = GalaxyLoader(actor, tags)
    yield b"["
    yield from joined(
        _page(index_rows(actor, ids), tags, galaxies, minimal=minimal) for ids in pages_of(chosen)
    )
    yield b"]"


def event_summary(actor: Actor, event_id: int) -> dict[str, Any]:
    """A summary of an event: ``{"Event": {id, info, …}, "ThreatLevel": {…}, "EventTag": […]}``."""
    row = index_rows(actor, [event_id])[0]
    level = str(row.threat_level_id)
    tags = TagLoader(actor, include_all=True)
    attached = tags.of_events([event_id]).get(event_id, [])
    return {
        "Event": {name: _wire(getattr(row, name)) for name in SUMMARY_MEMBERS},
        "ThreatLevel": {"name": THREAT_LEVELS.get(level, ""), "id": level},
        "EventTag": [_short_tag(event_id, each, tags.facts(each)) for each in attached],
    }


def _short_tag(event_id: int, attachment: Attachment, tag: TagFacts) -> dict[str, Any]:
    return {
        "id": str(attachment.id),
        "event_id": str(event_id),
        "tag_id": str(tag.id),
        "local": attachment.local,
        "relationship_type": attachment.relationship_type,
        "Tag": {"id": str(tag.id), "name": tag.name, "colour": tag.colour},
    }


def _page(rows: list[IndexRow], tags: TagLoader, galaxies: GalaxyLoader, *, minimal: bool) -> bytes:
    if minimal:
        shown = [{name: _wire(getattr(row, name)) for name in MINIMAL_MEMBERS} for row in rows]
        pairs = zip(shown, rows, strict=True)
        return encoder.encode([{**members, "orgc_uuid": row.orgc.uuid} for members, row in pairs])[1:-1]
    attached = tags.of_events([row.id for row in rows])
    galaxies.learn(attached.values())
    return encoder.encode([_row(row, attached.get(row.id, []), galaxies) for row in rows])[1:-1]


def _row(row: IndexRow, attached: list[Attachment], galaxies: GalaxyLoader) -> dict[str, Any]:
    members: dict[str, Any] = {name: _wire(getattr(row, name)) for name in ROW_MEMBERS}
    members |= {"Org": _organisation(row.org), "Orgc": _organisation(row.orgc)}
    if row.sharing_group:
        members["SharingGroup"] = _organisation(row.sharing_group)
    if clusters := [_cluster(tagged, galaxies) for tagged in galaxies.tagged(attached)]:
        members["GalaxyCluster"] = clusters
    return members | {"EventTag": [_event_tag(row.id, tag) for tag in row.tags]}


def _cluster(tagged: Tagged, galaxies: GalaxyLoader) -> dict[str, Any]:
    return {
        **tagged.cluster.members,
        "Galaxy": galaxies.galaxy(tagged.cluster.galaxy_id),
        "meta": tagged.cluster.meta,
        "tag_id": str(tagged.attachment.tag_id),
        "local": tagged.attachment.local,
        "relationship_type": tagged.attachment.relationship_type,
    }


def _event_tag(event_id: int, tag: IndexTag) -> dict[str, Any]:
    return {
        "id": str(tag.id),
        "event_id": str(event_id),
        "tag_id": str(tag.tag_id),
        "local": tag.local,
        "relationship_type": tag.relationship_type,
        "Tag": {"id": str(tag.tag_id), "name": tag.name, "colour": tag.colour, "is_galaxy": tag.is_galaxy},
    }


def _organisation(organisation: IndexOrganisation) -> dict[str, str]:
    return {"id": str(organisation.id), "name": organisation.name, "uuid": organisation.uuid}


def _wire(value: Any) -> Any:
    # Numbers are strings on the wire, and booleans stay booleans.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


ROW_MEMBERS = (
    "id", "org_id", "date", "info", "uuid", "published", "analysis", "attribute_count", "orgc_id",
    "timestamp", "distribution", "sharing_group_id", "proposal_email_lock", "locked", "threat_level_id",
    "publish_timestamp", "sighting_timestamp", "disable_correlation", "extends_uuid", "protected",
)  # fmt: skip

SUMMARY_MEMBERS = ("id", "info", "threat_level_id", "analysis")
MINIMAL_MEMBERS = ("id", "timestamp", "sighting_timestamp", "published", "uuid")
