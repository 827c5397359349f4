"""References from objects to other parts of the same event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.intel.models import Object, ObjectReference
from vardkase.intel.queries.find import find_object
from vardkase.intel.services.assemble import taken_uuids
from vardkase.intel.services.batch import NewObject, write_references
from vardkase.intel.services.locking import lock_own_part, touch
from vardkase.misp.object import parse_reference

ATTRIBUTE = 0
OBJECT = 1

type Targets = dict[str, tuple[int, int]]
"""uuid → (id, ATTRIBUTE or OBJECT)."""


@transaction.atomic
def add_reference(actor: Actor, object_ref: str, data: dict[str, Any]) -> ObjectReference:
    """Refer from the object with this uuid or id to another part of its event.

    Raises NotFound (no such object, or no such target in the event), NotYours, Invalid.
    """
    source, event = lock_own_part(actor, lambda: find_object(actor, object_ref))
    parsed = parse_reference(data)
    if isinstance(parsed, dict):
        raise Invalid(parsed)
    target = targets_in_event(event.pk, [parsed.referenced_uuid]).get(parsed.referenced_uuid)
    if target is None:
        raise NotFound("Invalid target.")
    if parsed.uuid and taken_uuids("object_reference", [parsed.uuid]):
        raise Invalid({"uuid": ["The UUID provided is not unique"]})
    now = now_seconds()
    reference = ObjectReference.objects.create(
        uuid=UUID(parsed.uuid) if parsed.uuid else uuid4(),
        event=event,
        object_id=source.id,
        source_uuid=source.uuid,
        referenced_uuid=UUID(parsed.referenced_uuid),
        referenced_id=target[0],
        referenced_type=target[1],
        relationship_type=parsed.relationship_type,
        comment=parsed.comment,
        timestamp=now,
    )
    Object.objects.filter(pk=source.id).update(timestamp=now)
    touch(event)
    record(actor, "object_reference.added", Target("object_reference", reference.pk, reference.uuid))
    return reference


def write_object_references(event_id: int, objects: Sequence[NewObject], now: int) -> None:
    """Write the references that came inside new objects; those whose target is not in the event are left out."""
    wanted = [(row.id, row.uuid, part) for row in objects for part in row.references]
    store_references(event_id, wanted, now)


def store_references(event_id: int, wanted: Sequence[tuple[int, str, Any]], now: int) -> None:
    """Write (object id, object uuid, document) references that are new here."""
    parsed = [
        (object_id, object_uuid, reference)
        for object_id, object_uuid, part in wanted
        if isinstance(part, dict) and not isinstance(reference := parse_reference(part), dict)
    ]
    if not parsed:
        return
    targets = targets_in_event(event_id, [reference.referenced_uuid for _, _, reference in parsed])
    taken = taken_uuids("object_reference", [r.uuid for _, _, r in parsed if r.uuid])
    write_references(_reference_rows(event_id, parsed, targets, taken, now))


def _reference_rows(
    event_id: int, parsed: Iterable[tuple[int, str, Any]], targets: Targets, taken: set[str], now: int
) -> Iterator[tuple[Any, ...]]:
    for object_id, object_uuid, reference in parsed:
        uuid = reference.uuid or str(uuid4())
        target = targets.get(reference.referenced_uuid)
        if target is None or uuid in taken:
            continue
        taken.add(uuid)
        yield (
            uuid,
            event_id,
            object_id,
            object_uuid,
            reference.referenced_uuid,
            *target,
            reference.relationship_type,
            reference.comment,
            reference.timestamp or now,
            reference.deleted,
        )


def targets_in_event(event_id: int, uuids: Sequence[str]) -> Targets:
    """The objects and attributes of an event among `uuids`."""
    rows = cursor().execute(
        """
        SELECT uuid::text, id, 0 FROM attribute WHERE uuid = ANY(%(uuids)s::uuid[]) AND event_id = %(event)s
        UNION ALL
        SELECT uuid::text, id, 1 FROM object WHERE uuid = ANY(%(uuids)s::uuid[]) AND event_id = %(event)s
        """,
        {"uuids": list(uuids), "event": event_id},
    )
    return {uuid: (identifier, kind) for uuid, identifier, kind in rows}
