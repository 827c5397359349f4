"""What others have said of the parts of a document, and travels in it: sightings and analyst data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.capture import capture_carried
from vardkase.intel.carriers import Carrier
from vardkase.intel.models import Event
from vardkase.intel.services.assemble import Assembler, numbered_parts
from vardkase.intel.sightings.documents import read_sightings, sightings_in_attributes
from vardkase.intel.sightings.services import write_received


def store_contributions(
    actor: Actor, event: Event, assembler: Assembler, data: Mapping[str, Any] | None = None
) -> None:
    """Store what stood in the parts that `assembler` has met, and in the event `data`; the event is locked."""
    met = assembler.take_contributed()
    beside = numbered_parts(data.get("Sighting") if data else None, "Sighting")
    sightings = [*(part for _, part in beside), *sightings_in_attributes(_sighted(met))]
    write_received(actor, event, read_sightings(actor, sightings))
    if data:
        met.append(Carrier("Event", str(event.uuid), data))
    for place, errors in capture_carried(actor, met).refused:
        assembler.rejections.add(place, errors)


def _sighted(met: Sequence[Carrier]) -> list[tuple[str, Any]]:
    return [(part.object_uuid, part.data["Sighting"]) for part in met if part.data.get("Sighting")]
