"""An event's document taken apart, so that two renderings of it can be compared whatever their order and spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vardkase.misp.time import parse_seen

type Part = tuple[str, str]
"""Kind and UUID; for a tag, what carries it and its name."""
type Parts = dict[Part, Mapping[str, str]]

SHARED = ("timestamp", "distribution", "sharing_group_id", "deleted")
FIELDS = {
    "Event": (
        "id", "date", "info", "published", "analysis", "threat_level_id", "timestamp", "publish_timestamp",
        "distribution", "sharing_group_id", "locked", "proposal_email_lock", "disable_correlation", "protected",
        "extends_uuid", "org_id", "orgc_id",
    ),
    "Attribute": (
        "id", "object_id", "object_relation", "type", "category", "value", "to_ids", "comment", "disable_correlation",
        "first_seen", "last_seen", *SHARED,
    ),
    "Object": (
        "id", "name", "meta-category", "template_uuid", "template_version", "comment", "first_seen", "last_seen",
        *SHARED,
    ),
    "ObjectReference": (
        "id", "object_id", "referenced_uuid", "referenced_type", "relationship_type", "comment", "timestamp", "deleted",
    ),
    "EventReport": ("id", "name", "content", *SHARED),
    "CryptographicKey": ("type", "key_data", "fingerprint"),
    "ShadowAttribute": (
        "id", "old_id", "org_id", "type", "category", "value", "to_ids", "comment", "proposal_to_delete", "first_seen",
        "last_seen", "timestamp",
    ),
    "Sighting": ("id", "org_id", "date_sighting", "source", "type"),
}  # fmt: skip
"""What is compared, by kind. Left out are what both sides compute (counts, correlations) and names of others."""


def parts_of(event: Mapping[str, Any]) -> Parts:
    return dict(_parts(event))


def part(kind: str, members: Mapping[str, Any]) -> tuple[Part, Mapping[str, str]]:
    fields = {name: _plain(name, members.get(name)) for name in FIELDS[kind]}
    if fields.get("distribution") != "4" and "sharing_group_id" in fields:
        fields["sharing_group_id"] = ""
    uuid = str(members.get("uuid") or "").lower()
    # A proposal to change an attribute has the UUID of that attribute.
    return (kind, f"{uuid} {fields['id']}" if kind == "ShadowAttribute" else uuid), fields


def tag(carrier: str, members: Mapping[str, Any]) -> tuple[Part, Mapping[str, str]]:
    local = _plain("local", members.get("local"))
    name = f"{carrier.lower()} {members['name']}{' (local)' if local == '1' else ''}"
    return ("Tag", name), {"relationship_type": _plain("", members.get("relationship_type")).replace("0", "")}


def _parts(event: Mapping[str, Any]) -> Iterator[tuple[Part, Mapping[str, str]]]:
    yield part("Event", event)
    yield from (tag(event["uuid"], carried) for carried in event.get("Tag") or ())
    for kind in ("EventReport", "CryptographicKey", "ShadowAttribute"):
        yield from (part(kind, each) for each in event.get(kind) or ())
    for report in event.get("EventReport") or ():
        yield from (tag(report["uuid"], carried) for carried in report.get("Tag") or ())
    for attribute in event.get("Attribute") or ():
        yield from _attribute(attribute)
    for grouped in event.get("Object") or ():
        yield part("Object", grouped)
        yield from (part("ObjectReference", each) for each in grouped.get("ObjectReference") or ())
        for attribute in grouped.get("Attribute") or ():
            yield from _attribute(attribute)


def _attribute(attribute: Mapping[str, Any]) -> Iterator[tuple[Part, Mapping[str, str]]]:
    yield part("Attribute", attribute)
    yield from (tag(attribute["uuid"], carried) for carried in attribute.get("Tag") or ())
    for kind in ("ShadowAttribute", "Sighting"):
        yield from (part(kind, each) for each in attribute.get(kind) or ())


def _plain(name: str, value: Any) -> str:
    """Numbers as text, flags as 0 and 1, nothing and empty alike, times in microseconds."""
    if value is None:
        return ""
    if value is True or value is False:
        return "1" if value else "" if name == "protected" else "0"
    text = str(value)
    if name in SPECIAL:
        return SPECIAL[name](text)
    return text


def _seen(text: str) -> str:
    """In microseconds, as MISP's database has it; its documents have ISO times, with a dash after the year."""
    return str(parse_seen(text, 0)) if text[4:5] == "-" else text


def _number_or_none(text: str) -> str:
    return "" if text == "0" else text


SPECIAL: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("first_seen", "last_seen"), _seen),
    **dict.fromkeys(("object_id", "old_id", "org_id"), _number_or_none),
    **dict.fromkeys(("uuid", "template_uuid", "referenced_uuid", "extends_uuid"), str.lower),
}
