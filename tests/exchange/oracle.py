"""The expected copy of an event on another hub, derived from the origin's document and the rules alone.

The rules, as in MISP 2.5: who may read a part; what is transferred; one step less distribution per
hop; local tags are not transferred. Nothing here calls the code under test.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

type Document = dict[str, Any]

CLOSER = {"2": "1", "1": "0"}
OF_ONE_HUB = ("id", "event_id", "object_id", "org_id", "orgc_id", "sharing_group_id", "user_id", "galaxy_id")
EVENT = (
    "uuid",
    "info",
    "date",
    "threat_level_id",
    "analysis",
    "timestamp",
    "published",
    "extends_uuid",
    "protected",
)
ATTRIBUTE = (
    "uuid", "type", "category", "value", "to_ids", "comment", "timestamp", "deleted", "disable_correlation",
    "first_seen", "last_seen", "data",
)  # fmt: skip
OBJECT = (
    "uuid", "name", "meta-category", "description", "template_uuid", "template_version", "timestamp", "comment",
    "deleted", "first_seen", "last_seen",
)  # fmt: skip
REFERENCE = (
    "uuid",
    "timestamp",
    "referenced_uuid",
    "referenced_type",
    "relationship_type",
    "comment",
    "deleted",
)
REPORT = ("uuid", "name", "content", "timestamp", "deleted")
NOTE = ("uuid", "note", "opinion", "comment", "relationship_type", "object_uuid", "object_type", "modified")


@dataclass(frozen=True, slots=True)
class Way:
    """How an event gets there: the distributions that are transferred, and the uuids of such sharing groups.

    A pull takes what the other organisation may read at the origin, a push what reaches other hubs.
    """

    reaching: Collection[str]
    groups: Collection[str] = ()

    def takes(self, part: Document) -> bool:
        """Whether a part is transferred."""
        if part["distribution"] == "4":
            return (part.get("SharingGroup") or {}).get("uuid") in self.groups
        return part["distribution"] in (*self.reaching, "5")


def by_pull(*groups: str) -> Way:
    """Pulled from the origin."""
    return Way(("1", "2", "3"), groups)


def by_push(*groups: str) -> Way:
    """Pushed by the origin."""
    return Way(("2", "3"), groups)


def stored(event: Document) -> Document:
    """What a hub stores, in the form that is compared."""
    return _event(event, Way(("0", "1", "2", "3"), _every_group(event)), hop=False)


def expected(origin: Document, way: Way) -> Document | None:
    """The expected copy of `origin` (as its own organisation sees it) on the other hub; None for none."""
    if not origin["published"] or not way.takes(origin):
        return None
    return _event(origin, way, hop=True) | {"locked": True}


def differences(found: Any, wanted: Any, place: str = "") -> list[str]:
    """One line per place where the two differ."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = [*wanted, *(found.keys() - wanted.keys())]
        return [
            line
            for name in names
            for line in differences(found.get(name), wanted.get(name), f"{place}.{name}")
        ]
    return [] if found == wanted else [f"{place}: {found!r}, and not {wanted!r}"]


def _event(event: Document, way: Way, *, hop: bool) -> Document:
    attributes = _parts(event, "Attribute", way, hop)
    holders = {each["uuid"]: each for each in event.get("Object", ()) if way.takes(each)}
    inside = {uuid: _parts(each, "Attribute", way, hop) for uuid, each in holders.items()}
    # An object without attributes is not transferred.
    inside = {uuid: found for uuid, found in inside.items() if found}
    there = {*attributes, *inside, *(uuid for found in inside.values() for uuid in found)}
    objects = {
        uuid: _chosen(holders[uuid], OBJECT, hop)
        | {"Attribute": found, "ObjectReference": _references(holders[uuid], there)}
        for uuid, found in inside.items()
    }
    return _chosen(event, EVENT, hop) | {
        "Orgc": event["Orgc"]["uuid"],
        "locked": event["locked"],
        "Attribute": attributes,
        "Object": objects,
        "EventReport": {
            each["uuid"]: _chosen(each, REPORT, hop)
            for each in event.get("EventReport", ())
            if way.takes(each)
        },
        "Note": {each["uuid"]: _chosen(each, NOTE, hop) for each in event.get("Note", ()) if way.takes(each)},
        "living": _living(attributes) + sum(_living(each["Attribute"]) for each in objects.values()),
    }


def _parts(holder: Document, member: str, way: Way, hop: bool) -> dict[str, Document]:
    return {
        each["uuid"]: _chosen(each, ATTRIBUTE, hop)
        | {"Note": [_chosen(note, NOTE, hop) for note in each.get("Note", ()) if way.takes(note)]}
        for each in holder.get(member, ())
        if way.takes(each)
    }


def _chosen(part: Document, members: Iterable[str], hop: bool) -> Document:
    """The members that mean the same everywhere, the distribution, and the tags that are transferred."""
    reach = part["distribution"]
    tags = {
        (tag["name"], tag.get("relationship_type") or "")
        for tag in part.get("Tag", ())
        if not (hop and (tag["local"] or not tag.get("exportable", True)))
    }
    return {
        **{name: part.get(name) for name in members},
        "distribution": CLOSER.get(reach, reach) if hop else reach,
        "SharingGroup": (part.get("SharingGroup") or {}).get("uuid") if reach == "4" else None,
        "Tag": tags,
    }


def _references(found: Document, there: Collection[str]) -> dict[str, Document]:
    """The references whose targets are transferred as well."""
    return {
        each["uuid"]: {name: each.get(name) for name in REFERENCE}
        for each in found.get("ObjectReference", ())
        if each["referenced_uuid"] in there
    }


def _living(attributes: dict[str, Document]) -> int:
    return sum(not each["deleted"] for each in attributes.values())


def _every_group(event: Document) -> set[str]:
    parts = [event, *event.get("Attribute", ()), *event.get("Object", ()), *event.get("EventReport", ())]
    parts += [attribute for each in event.get("Object", ()) for attribute in each.get("Attribute", ())]
    parts += [note for part in list(parts) for note in part.get("Note", ())]
    return {(part.get("SharingGroup") or {}).get("uuid") for part in parts}
