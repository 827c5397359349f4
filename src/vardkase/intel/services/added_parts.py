"""Adds parts of all kinds to an event at once: results of a module, a file or a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewAttribute, NewObject
from vardkase.intel.editing.attributes import CHUNK, known_in_event
from vardkase.intel.editing.tagging import link_event_tags
from vardkase.intel.event_reports.documents import store_reports
from vardkase.intel.kernel.attribute_assembler import Assembler, mentioned_tags, numbered_parts
from vardkase.intel.kernel.attribute_changes import sent_uuid
from vardkase.intel.kernel.audiences import (
    READERS,
    attribute_audiences,
    object_audiences,
    report_audiences,
)
from vardkase.intel.kernel.audit_entries import event_target, known_to
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event
from vardkase.intel.queries.duplicates import contents_in
from vardkase.intel.services.events import all_attributes, store_parts


@dataclass(frozen=True, slots=True)
class AddedParts:
    """The number of new attributes (outside objects) and objects, and what was rejected."""

    attributes: int
    objects: int
    rejections: Rejections


@transaction.atomic
def add_parts(actor: Actor, event_id: int, document: Mapping[str, Any]) -> AddedParts:
    """Add the attributes, objects, tags and reports in `document` to an event.

    Existing parts, by uuid or by value (objects: by their contents), are skipped; invalid ones are reported
    by place (``Attribute.3``). Raises NotFound, NotYours, Forbidden.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    assembler = Assembler(actor, now=now_seconds(), rejections=Rejections())
    attributes = _attributes(event, document.get("Attribute"), assembler)
    objects = _objects(event, document.get("Object"), assembler)
    tags = [tag for _, tag in numbered_parts(document.get("Tag"), "Tag") if isinstance(tag, dict)]
    loader = TagLoader(
        actor, [*tags, *mentioned_tags(all_attributes(attributes, objects))], assembler.rejections
    )
    store_parts(event, attributes, objects, loader, assembler.now)
    linked = loader.links(tags)
    link_event_tags(event.pk, [(link.tag_id, link.local, link.relationship_type) for link in linked])
    reports = store_reports(actor, event, document.get("EventReport"), assembler).ids
    if attributes or objects or linked or reports:
        audiences = attribute_audiences([row.id for row in attributes])
        audiences |= object_audiences([row.id for row in objects]) | report_audiences(reports)
        audiences |= READERS if linked else frozenset()
        touch(event, audiences)
        counts = {"attributes": len(attributes), "objects": len(objects), **known_to(event, audiences)}
        record(actor, IntelAction.EVENT_PARTS_ADDED, event_target(event), counts)
    return AddedParts(len(attributes), len(objects), assembler.rejections)


def _attributes(event: Event, parts: object, assembler: Assembler) -> list[NewAttribute]:
    numbered = list(numbered_parts(parts, "Attribute"))
    known = _uuids_in(event, "attribute", [part for _, part in numbered])
    new = [(place, part) for place, part in numbered if sent_uuid(part) not in known]
    for start in range(0, len(new), CHUNK):
        assembler.know_values(known_in_event(event, new[start : start + CHUNK], assembler.filter))
    return assembler.numbered_attributes(new, "Attribute")


def _objects(event: Event, parts: object, assembler: Assembler) -> list[NewObject]:
    numbered = list(numbered_parts(parts, "Object"))
    known_uuids = _uuids_in(event, "object", [part for _, part in numbered])
    rows = [
        row
        for place, part in numbered
        if sent_uuid(part) not in known_uuids and (row := assembler.new_object(part, place)) is not None
    ]
    known = contents_in(event.pk, {row.name for row in rows})
    new: list[NewObject] = []
    for row in assembler.free_objects(rows):
        values = ((part.object_relation or "", part.value1, part.value2 or "") for part in row.attributes)
        contents = (row.name, tuple(sorted(values)))
        if contents not in known:  # The document itself may have an object twice, too.
            known.add(contents)
            new.append(row)
    return new


def _uuids_in(event: Event, table: str, parts: Sequence[Any]) -> set[str]:
    named = [uuid for part in parts if (uuid := sent_uuid(part))]
    sql = f"SELECT uuid::text FROM {table} WHERE event_id = %s AND uuid = ANY(%s::uuid[])"
    return {row[0] for row in cursor().execute(sql, (event.pk, named)).fetchall()} if named else set()
