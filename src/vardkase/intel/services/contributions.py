"""Contributions inside a document from other organisations: proposals, sightings, analyst data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.capture import capture_carried
from vardkase.intel.contribution_targets import ContributionTarget
from vardkase.intel.kernel.attribute_assembler import Assembler, numbered_parts
from vardkase.intel.models import Event
from vardkase.intel.proposals.documents import proposals_in_attributes, read_proposals
from vardkase.intel.proposals.receiving import write_received as write_proposals
from vardkase.intel.sightings.documents import read_sightings, sightings_in_attributes
from vardkase.intel.sightings.services import write_received as write_sightings


def store_contributions(
    actor: Actor, event: Event, assembler: Assembler, data: Mapping[str, Any] | None = None
) -> None:
    # Beside the attributes as well as in them: MISP sends sightings and proposals in both places.
    targets = assembler.take_contributed()
    sightings = [
        *_in_document(data, "Sighting"),
        *sightings_in_attributes(_in_attributes(targets, "Sighting")),
    ]
    if sightings:
        write_sightings(actor, event, read_sightings(actor, sightings))
    proposals = [
        *_in_document(data, "ShadowAttribute"),
        *proposals_in_attributes(_in_attributes(targets, "ShadowAttribute")),
    ]
    if proposals:
        write_proposals(actor, event, read_proposals(actor, proposals))
    if data:
        targets.append(ContributionTarget("Event", str(event.uuid), data))
    for place, errors in capture_carried(actor, targets).refused:
        assembler.rejections.add(place, errors)


def _in_document(data: Mapping[str, Any] | None, member: str) -> list[Any]:
    return [part for _, part in numbered_parts(data.get(member) if data else None, member)]


def _in_attributes(targets: Sequence[ContributionTarget], member: str) -> list[tuple[str, Any]]:
    return [
        (part.object_uuid, part.data[member])
        for part in targets
        if part.object_type == "Attribute" and part.data.get(member)
    ]
