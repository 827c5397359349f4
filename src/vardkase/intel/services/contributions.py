"""What others have said of the parts of a document, and travels in it: sightings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Event
from vardkase.intel.services.assemble import Assembler, numbered_parts
from vardkase.intel.sightings.documents import read_sightings, sightings_in_attributes
from vardkase.intel.sightings.services import write_received


def store_contributions(
    actor: Actor, event: Event, assembler: Assembler, data: Mapping[str, Any] | None = None
) -> None:
    """Store what stood in the attributes that `assembler` has met, and beside them in `data`; the event is locked."""
    met = assembler.take_contributed()
    beside = numbered_parts(data.get("Sighting") if data else None, "Sighting")
    sightings = [*(part for _, part in beside), *sightings_in_attributes(_each(met, "Sighting"))]
    write_received(actor, event, read_sightings(actor, sightings))


def _each(met: Sequence[tuple[str, Mapping[str, Any]]], member: str) -> list[tuple[str, Any]]:
    return [(uuid, part[member]) for uuid, part in met if part.get(member)]
