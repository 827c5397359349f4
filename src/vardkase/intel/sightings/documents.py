"""Parses sightings from documents: in added or merged events, and from pushing peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.attribution import misattributed
from vardkase.identity.organisations.services import capture_organisations
from vardkase.intel.kernel.attribute_assembler import numbered_parts
from vardkase.intel.problems import SightingProblem
from vardkase.intel.sightings.models import LONGEST_SOURCE, SightingType
from vardkase.intel.sightings.services import ReceivedSighting, SightingReport
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int
from vardkase.misp.time import LARGEST, LARGEST_LEAD, read_date

type AttributeSightings = Sequence[tuple[str, Any]]
"""Attribute uuids, each with the ``Sighting`` list in that attribute's document."""


def report_of(data: Mapping[str, Any]) -> SightingReport:
    """The input of sightings/add: type, source, and time (`timestamp`, or `date` and `time`, by default now).

    Raises Invalid.
    """
    kind = as_int(data.get("type"), None if data.get("type") else SightingType.SEEN)
    if kind not in SightingType.values:
        raise Invalid(SightingProblem.UNKNOWN_TYPE())
    source = data.get("source")
    if isinstance(source, list | dict) or len(str(source or "")) > LONGEST_SOURCE:
        raise Invalid(SightingProblem.BAD_SOURCE(most=LONGEST_SOURCE))
    return SightingReport(type=kind, date_sighting=_moment(data), source=str(source or ""))


def read_sightings(actor: Actor, parts: Iterable[Any]) -> list[ReceivedSighting]:
    """The sightings in a list; malformed ones (no attribute, no date, unknown type) are left out.

    Only sync users represent other organisations, and not members that act for themselves.
    """
    sound = [part for part in parts if isinstance(part, dict) and _is_sound(part)]
    # Look-ups once for the whole list: sightings come in tens of thousands.
    speaks_for_others = actor.may(Permission.SYNC)
    if speaks_for_others:
        foreign = misattributed(actor, uuids=filter(None, map(_organisation_uuid, sound)))
        sound = [part for part in sound if _organisation_uuid(part) not in foreign]
    blocks = [part["Organisation"] for part in sound if isinstance(part.get("Organisation"), dict)]
    known = capture_organisations(blocks) if speaks_for_others else {}
    return [
        ReceivedSighting(
            uuid=_uuid(part, "uuid") or str(uuid4()),
            attribute_uuid=_uuid(part, "attribute_uuid"),
            org_id=_organisation(part, known, actor) if speaks_for_others else actor.organisation_id,
            date_sighting=as_int(part.get("date_sighting")) or 0,
            source=_source(part.get("source")),
            type=as_int(part.get("type"), 0) or 0,
        )
        for part in sound
    ]


def sightings_in_attributes(attributes: AttributeSightings) -> Iterator[Any]:
    for attribute_uuid, parts in attributes:
        for _, part in numbered_parts(parts, "Sighting"):
            if isinstance(part, dict):
                yield {**part, "attribute_uuid": attribute_uuid}


def _moment(data: Mapping[str, Any]) -> int:
    if data.get("date"):
        date = read_date(f"{data['date']} {data.get('time') or ''}".strip())
        moment = None if date is None else int(date.timestamp())
    elif data.get("timestamp"):
        moment = as_int(data["timestamp"])
    else:
        return now_seconds()
    if moment is None or not 0 <= moment <= LARGEST:
        raise Invalid(SightingProblem.BAD_TIME())
    if moment > now_seconds() + LARGEST_LEAD:
        raise Invalid(SightingProblem.TIME_AHEAD())
    return moment


def _is_sound(part: Mapping[str, Any]) -> bool:
    moment, kind = as_int(part.get("date_sighting")), as_int(part.get("type"), 0)
    return (
        bool(_uuid(part, "attribute_uuid"))
        and moment is not None
        and 0 <= moment <= now_seconds() + LARGEST_LEAD
        and kind in SightingType.values
    )


def _organisation(part: Mapping[str, Any], known: Mapping[str, int], actor: Actor) -> int | None:
    block = part.get("Organisation")
    if isinstance(block, dict) and (organisation_id := known.get(str(block.get("uuid")).lower())):
        return organisation_id
    # MISP sends 0 where it hides who reported the sighting.
    return None if str(part.get("org_id")) == "0" else actor.organisation_id


def _organisation_uuid(part: Mapping[str, Any]) -> str:
    block = part.get("Organisation")
    return _uuid(block, "uuid") if isinstance(block, dict) else ""


def _source(value: Any) -> str:
    return str(value)[:LONGEST_SOURCE] if isinstance(value, str | int | float) else ""


def _uuid(part: Mapping[str, Any], member: str) -> str:
    text = str(part.get(member) or "").strip().lower()
    return text if UUID.fullmatch(text) else ""
