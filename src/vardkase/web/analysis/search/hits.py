"""View data of attributes found, with their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vardkase.analysis.search.found_objects import FoundObject
from vardkase.analysis.search.value_search import FoundAttribute
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import index_rows
from vardkase.knowledge.cached_sources.queries import CacheHit as Known
from vardkase.knowledge.cached_sources.queries import elsewhere_for
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.intel.events.rows import ListedEvent, moment


@dataclass(frozen=True, slots=True)
class Hit:
    attribute: FoundAttribute
    event: ListedEvent
    elsewhere: Sequence[Known] = ()
    """The cached feeds and instances that know the value too."""

    @property
    def value_url(self) -> str:
        return value_url(self.attribute.value)

    @property
    def changed(self) -> datetime:
        return moment(self.attribute.timestamp)


def hits_of(actor: Actor, attributes: Sequence[FoundAttribute]) -> list[Hit]:
    ids = sorted({attribute.event_id for attribute in attributes})
    events = {row.id: ListedEvent(row) for row in index_rows(actor, ids)}
    elsewhere = elsewhere_for(actor)
    values = {attribute.id: (attribute.type, attribute.value) for attribute in attributes}
    known = elsewhere.of_attributes(values) if elsewhere else {}
    return [
        Hit(attribute, events[attribute.event_id], known.get(attribute.id, ()))
        for attribute in attributes
        if attribute.event_id in events
    ]


@dataclass(frozen=True, slots=True)
class ObjectHit:
    """An object found, with its event."""

    object: FoundObject
    event: ListedEvent

    @property
    def changed(self) -> datetime:
        return moment(self.object.timestamp)


def object_hits_of(actor: Actor, objects: Sequence[FoundObject]) -> list[ObjectHit]:
    ids = sorted({found.event_id for found in objects})
    events = {row.id: ListedEvent(row) for row in index_rows(actor, ids)}
    return [ObjectHit(found, events[found.event_id]) for found in objects if found.event_id in events]
