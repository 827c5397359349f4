"""Incoming notes, opinions and relationships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vardkase.misp.distribution import Distribution
from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
    read_block,
    read_flag,
    read_part_distribution,
    read_sharing_group_id,
    read_text,
    read_uuid,
)
from vardkase.misp.flags import as_int
from vardkase.misp.time import LARGEST_LEAD, read_date

KINDS = ("Note", "Opinion", "Relationship")
"""Their names on the wire; the place in this list is ``note_type``."""

TARGETS = frozenset(
    {
        "Attribute",
        "Event",
        "EventReport",
        "GalaxyCluster",
        "Galaxy",
        "Object",
        "Note",
        "Opinion",
        "Relationship",
        "Organisation",
        "SharingGroup",
        "Collection",
    }
)
"""What they may be about, and what a relationship may lead to."""

LONGEST_TEXT = 65_535
LONGEST_NAME = 255
LONGEST_LANGUAGE = 16
LANGUAGE = "en"


@dataclass(slots=True)
class AnalystInput:
    """A checked note, opinion or relationship; None = not sent.

    `kind` is the index in `KINDS`; `text` is a note's note and an opinion's comment.
    """

    kind: int
    uuid: str | None
    object_type: str
    object_uuid: str
    authors: str
    created: datetime | None
    modified: datetime | None
    distribution: int
    sharing_group_id: int | None
    sharing_group: dict[str, Any] | None
    locked: bool
    orgc: dict[str, Any] | None
    text: str | None
    language: str
    opinion: int | None
    relationship_type: str
    related_object_type: str
    related_object_uuid: str | None


def parse_analyst_data(kind: int, data: Mapping[str, Any], *, now: int) -> AnalystInput | Errors:
    errors: Errors = {}
    is_relationship = KINDS[kind] == "Relationship"
    uuid, object_uuid = read_uuid(data, errors), _required_uuid(data, errors, "object_uuid")
    if uuid and uuid == object_uuid:
        errors["object_uuid"] = [Fault.ABOUT_ITSELF()]
    parsed = AnalystInput(
        kind=kind,
        uuid=uuid,
        object_type=_read_target(data, errors, "object_type"),
        object_uuid=object_uuid,
        authors=_read_limited(data, errors, "authors", LONGEST_TEXT),
        created=_read_moment(data, now, errors, "created"),
        modified=_read_moment(data, now, errors, "modified"),
        distribution=read_part_distribution(data, Distribution.COMMUNITY, errors),
        sharing_group_id=read_sharing_group_id(data),
        sharing_group=read_block(data, "SharingGroup"),
        locked=read_flag(data, "locked", False, errors),
        # MISP sends the creator whole, or only its uuid.
        orgc=read_block(data, "Orgc")
        or ({"uuid": data["orgc_uuid"]} if isinstance(data.get("orgc_uuid"), str) else None),
        text=_read_note_or_comment(kind, data, errors),
        language=_read_limited(data, errors, "language", LONGEST_LANGUAGE) or LANGUAGE,
        opinion=_read_opinion(data, errors) if KINDS[kind] == "Opinion" else None,
        relationship_type=_read_limited(data, errors, "relationship_type", LONGEST_NAME)
        if is_relationship
        else "",
        related_object_type=_read_target(data, errors, "related_object_type") if is_relationship else "",
        related_object_uuid=_required_uuid(data, errors, "related_object_uuid") if is_relationship else None,
    )
    return errors or parsed


def analyst_parts(data: Mapping[str, Any]) -> Iterator[tuple[int, str, Any]]:
    for kind, name in enumerate(KINDS):
        parts = data.get(name)
        # A single one may come without a list, as tags do.
        listed = parts if isinstance(parts, list) else [parts] if isinstance(parts, dict) and parts else []
        for number, part in enumerate(listed):
            yield kind, f"{name}.{number}", part


def _required_uuid(data: Mapping[str, Any], errors: Errors, key: str) -> str:
    uuid = read_uuid(data, errors, key)
    if uuid is None and key not in errors:
        errors[key] = [Fault.NOT_A_UUID()]
    return uuid or ""


def _read_target(data: Mapping[str, Any], errors: Errors, key: str) -> str:
    target = read_text(data.get(key))
    if target not in TARGETS:
        errors[key] = [Fault.NO_SUCH_CHOICE(choices=sorted(TARGETS))]
    return target


def _read_limited(data: Mapping[str, Any], errors: Errors, key: str, longest: int) -> str:
    text = read_text(data.get(key)).strip()
    if len(text) > longest:
        errors[key] = [Fault.TOO_LONG(most=longest)]
    return text


def _read_note_or_comment(kind: int, data: Mapping[str, Any], errors: Errors) -> str | None:
    key = {"Note": "note", "Opinion": "comment"}.get(KINDS[kind])
    if key is None or data.get(key) is None:
        return "" if key == "note" else None  # None leaves an opinion's stored comment alone.
    text = read_text(data[key])
    if len(text) > LONGEST_TEXT:
        errors[key] = [Fault.TOO_LONG(most=LONGEST_TEXT)]
    return text


def _read_opinion(data: Mapping[str, Any], errors: Errors) -> int | None:
    value = data.get("opinion")
    if value in (None, ""):
        return None
    number = as_int(value)
    if number is None or isinstance(value, bool) or not 0 <= number <= 100:
        errors["opinion"] = [Fault.BAD_OPINION()]
        return None
    return number


def _read_moment(data: Mapping[str, Any], now: int, errors: Errors, key: str) -> datetime | None:
    value = data.get(key)
    if value in (None, ""):
        return None
    moment = read_date(value) if isinstance(value, str) else None
    if moment is None:
        errors[key] = [Fault.BAD_MOMENT()]
        return None
    if moment.timestamp() > now + LARGEST_LEAD:
        errors[key] = [Fault.IN_THE_FUTURE()]
    return moment.replace(microsecond=0)
