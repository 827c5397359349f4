"""References from objects to other parts of the same event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import FieldErrors, Invalid, NotFound
from vardkase.core.misp_problems import problems_of
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    part_predicate,
    reader_parameters,
)
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewObject
from vardkase.intel.kernel.attribute_assembler import numbered_parts, taken_uuids
from vardkase.intel.kernel.audiences import reference_audiences, touch_objects
from vardkase.intel.kernel.audit_entries import event_target, known_to
from vardkase.intel.kernel.bulk_insert import write_references
from vardkase.intel.kernel.locking import lock_own_event, lock_own_part, touch
from vardkase.intel.models import Event, ObjectReference
from vardkase.intel.problems import IntelProblem, ObjectProblem
from vardkase.intel.queries.find import find_object
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.object import ReferenceInput, parse_reference

ATTRIBUTE = 0
OBJECT = 1

type Targets = dict[str, tuple[int, int]]
"""uuid → (id, ATTRIBUTE or OBJECT)."""
type ParsedReference = tuple[int, str, ReferenceInput]
"""Id and uuid of the object that a reference starts from, and the rest of it."""


@transaction.atomic
def add_reference(actor: Actor, object_ref: str, data: dict[str, Any]) -> ObjectReference:
    """Add a reference from the object with this uuid or id to another part of its event.

    Raises NotFound (no such object, or no such target in the event), NotYours, Invalid.
    """
    source, event = lock_own_part(actor, lambda: find_object(actor, object_ref))
    parsed = parse_reference(data, now=now_seconds())
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    target = readable_targets(actor, event.pk, [parsed.referenced_uuid]).get(parsed.referenced_uuid)
    if target is None:
        raise NotFound(ObjectProblem.NO_TARGET())
    if parsed.uuid and taken_uuids("object_reference", [parsed.uuid]):
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
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
    audiences = reference_audiences([(source.id, parsed.referenced_uuid)])
    touch_objects([(source.id, parsed.referenced_uuid)])
    touch(event, audiences)
    record(
        actor, IntelAction.OBJECT_REFERENCE_ADDED, Target("object_reference", reference.pk, reference.uuid)
    )
    return reference


@transaction.atomic
def add_references(actor: Actor, event_id: int, documents: Sequence[Any]) -> list[ObjectReference]:
    """Add many references between readable parts of one event, all or none, in order.

    Each document names its object by ``object_uuid``. Raises NotFound (the event), NotYours, and Invalid with
    the errors of all faulty documents (``ObjectReference.3.referenced_uuid``).
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    parsed = {place: _parsed(part) for place, part in numbered_parts(documents, "ObjectReference")}
    good = [result for result in parsed.values() if isinstance(result, WantedReference)]
    named = [uuid for wanted in good for uuid in (wanted.source, wanted.reference.referenced_uuid)]
    targets = readable_targets(actor, event.pk, named)
    taken = taken_uuids(
        "object_reference", [wanted.reference.uuid for wanted in good if wanted.reference.uuid]
    )
    refused = {
        f"{place}.{name}": problems
        for place, result in parsed.items()
        for name, problems in _errors_of(result, targets, taken).items()
    }
    if refused or not good:
        raise Invalid(refused or {"ObjectReference": [ObjectProblem.NO_REFERENCES()]})
    references = [(targets[wanted.source][0], wanted.source, wanted.reference) for wanted in good]
    stored = _write(event, references, targets)
    audiences = reference_audiences(
        [(object_id, reference.referenced_uuid) for object_id, _, reference in references]
    )
    touch(event, audiences)
    target = event_target(event)
    change = {"count": len(stored), **known_to(event, audiences)}
    record(actor, IntelAction.OBJECT_REFERENCE_ADDED, target, change)
    return stored


@dataclass(frozen=True, slots=True)
class WantedReference:
    """A valid reference: the uuid of its object, and the rest."""

    source: str
    reference: ReferenceInput


def _parsed(part: Any) -> WantedReference | FieldErrors:
    if not isinstance(part, dict):
        return {"object_uuid": [ObjectProblem.NOT_A_REFERENCE()]}
    source = str(part.get("object_uuid") or part.get("source_uuid") or "").strip().lower()
    if not UUID_FORM.fullmatch(source):
        return {"object_uuid": [CommonProblem.NOT_AN_RFC_4122_UUID()]}
    parsed = parse_reference(part, now=now_seconds())
    return problems_of(parsed) if isinstance(parsed, dict) else WantedReference(source, parsed)


def _errors_of(result: WantedReference | FieldErrors, targets: Targets, taken: set[str]) -> FieldErrors:
    if not isinstance(result, WantedReference):
        return result
    errors: dict[str, list[Problem]] = {}
    if targets.get(result.source, (0, ATTRIBUTE))[1] != OBJECT:
        errors["object_uuid"] = [ObjectProblem.NOT_FOUND()]
    if result.reference.referenced_uuid not in targets:
        errors["referenced_uuid"] = [ObjectProblem.NO_TARGET()]
    if result.reference.uuid in taken:
        errors["uuid"] = [IntelProblem.UUID_TAKEN()]
    if result.reference.uuid:
        taken.add(result.reference.uuid)
    return errors


def _write(event: Event, references: Sequence[ParsedReference], targets: Targets) -> list[ObjectReference]:
    now = now_seconds()
    rows = list(_reference_rows(event.pk, references, targets, set(), now))
    write_references(rows)
    touch_objects([(object_id, reference.referenced_uuid) for object_id, _, reference in references])
    stored = {
        str(reference.uuid): reference
        for reference in ObjectReference.objects.filter(uuid__in=[row[0] for row in rows])
    }
    return [stored[row[0]] for row in rows]


def readable_targets(actor: Actor, event_id: int, uuids: Sequence[str]) -> Targets:
    sql = READABLE.format(
        event=event_predicate(actor), attribute=attribute_predicate(actor), object=part_predicate(actor, "o")
    )
    rows = cursor().execute(sql, {"uuids": list(uuids), "event": event_id, **reader_parameters(actor)})
    return {uuid: (identifier, kind) for uuid, identifier, kind in rows}


def write_object_references(event_id: int, objects: Sequence[NewObject], now: int) -> None:
    """Write the references inside new objects; those with a target outside the event are left out."""
    wanted = [(row.id, row.uuid, part) for row in objects for part in row.references]
    store_references(event_id, wanted, now)


def store_references(event_id: int, wanted: Sequence[tuple[int, str, Any]], now: int) -> set[int]:
    """Write (object id, object uuid, document) references that are new here; returns the ids of their objects."""
    parsed = [
        (object_id, object_uuid, reference)
        for object_id, object_uuid, part in wanted
        if isinstance(part, dict) and not isinstance(reference := parse_reference(part, now=now), dict)
    ]
    if not parsed:
        return set()
    targets = targets_in_event(event_id, [reference.referenced_uuid for _, _, reference in parsed])
    taken = taken_uuids("object_reference", [r.uuid for _, _, r in parsed if r.uuid])
    rows = list(_reference_rows(event_id, parsed, targets, taken, now))
    write_references(rows)
    return {row[2] for row in rows}


def _reference_rows(
    event_id: int, parsed: Iterable[ParsedReference], targets: Targets, taken: set[str], now: int
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
    rows = cursor().execute(
        """
        SELECT uuid::text, id, 0 FROM attribute WHERE uuid = ANY(%(uuids)s::uuid[]) AND event_id = %(event)s
        UNION ALL
        SELECT uuid::text, id, 1 FROM object WHERE uuid = ANY(%(uuids)s::uuid[]) AND event_id = %(event)s
        """,
        {"uuids": list(uuids), "event": event_id},
    )
    return {uuid: (identifier, kind) for uuid, identifier, kind in rows}


READABLE = """
SELECT a.uuid::text, a.id, 0 FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.uuid = ANY(%(uuids)s::uuid[]) AND a.event_id = %(event)s AND NOT a.deleted AND {event} AND {attribute}
UNION ALL
SELECT o.uuid::text, o.id, 1 FROM object o JOIN event e ON e.id = o.event_id
WHERE o.uuid = ANY(%(uuids)s::uuid[]) AND o.event_id = %(event)s AND NOT o.deleted AND {event} AND {object}
"""
