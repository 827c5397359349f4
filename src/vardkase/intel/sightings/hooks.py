"""Hook points of sightings for higher layers, all called in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class StoredSighting:
    """A new sighting; `org_id` is None if it is anonymised, `date_sighting` is Unix seconds."""

    id: int
    uuid: str
    attribute_id: int
    event_id: int
    org_id: int | None
    date_sighting: int
    source: str
    type: int


@dataclass(frozen=True, slots=True)
class SightingsRemoved:
    attribute_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SightingsPublished:
    """Sightings in an event may go out from now on, to those who may know of them (`groups` as in `EventPublished`)."""

    event_id: int
    org_id: int
    groups: frozenset[tuple[int, ...]] = frozenset()


sightings_stored: Hook[Sequence[StoredSighting]] = Hook("sightings_stored")
sightings_removed: Hook[SightingsRemoved] = Hook("sightings_removed")
sightings_published: Hook[SightingsPublished] = Hook("sightings_published")
