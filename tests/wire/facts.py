"""What PyMISP models of an event, as plain comparable values: everything but ids and organisations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymisp import MISPAttribute, MISPEvent, MISPObject

ATTRIBUTE = (
    "type",
    "category",
    "value",
    "to_ids",
    "comment",
    "disable_correlation",
    "object_relation",
    "deleted",
)
OBJECT = ("name", "meta-category", "description", "template_uuid", "template_version", "comment", "deleted")
EVENT = ("info", "threat_level_id", "analysis", "distribution", "published", "extends_uuid")
REFERENCE = ("referenced_uuid", "relationship_type", "comment")
SEEN = ("first_seen", "last_seen")
EMPTY = {
    "comment": "",
    "deleted": False,
    "disable_correlation": False,
    "extends_uuid": "",
    "published": False,
}


def event_facts(event: MISPEvent) -> dict[str, Any]:
    """The event and all its parts, by uuid."""
    return {
        **_members(event, EVENT),
        "uuid": event.uuid,
        "date": str(event.date),
        "timestamp": _seconds(event),
        "tags": _tags(event),
        "attributes": {attribute.uuid: attribute_facts(attribute) for attribute in event.attributes},
        "objects": {thing.uuid: object_facts(thing) for thing in event.objects},
        "reports": {report.uuid: (report.name, report.content) for report in event.event_reports},
    }


def attribute_facts(attribute: MISPAttribute) -> dict[str, Any]:
    """One attribute."""
    return {
        **_members(attribute, ATTRIBUTE),
        **_members(attribute, SEEN),
        "distribution": int(attribute.get("distribution", 5)),
        "timestamp": _seconds(attribute),
        "tags": _tags(attribute),
    }


def object_facts(thing: MISPObject) -> dict[str, Any]:
    """One object with its attributes and references."""
    return {
        **_members(thing, OBJECT),
        **_members(thing, SEEN),
        "distribution": int(thing.get("distribution", 5)),
        "timestamp": _seconds(thing),
        "attributes": {attribute.uuid: attribute_facts(attribute) for attribute in thing.attributes},
        "references": {
            reference.uuid: {**_members(reference, REFERENCE), "timestamp": _seconds(reference)}
            for reference in thing.references
        },
    }


def _members(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(thing.get(name, EMPTY.get(name))) for name in names}


def _plain(value: Any) -> Any:
    """MISP writes numbers as text in some places and as numbers in others."""
    return value if value is None or isinstance(value, bool) else str(value)


def _seconds(thing: Any) -> int:
    """PyMISP turns all timestamps but those of references into datetimes."""
    moment = thing.timestamp
    return int(moment.timestamp() if isinstance(moment, datetime) else moment)


def _tags(thing: Any) -> list[str]:
    return sorted(tag.name for tag in thing.tags)
