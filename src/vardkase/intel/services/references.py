"""References from objects to other parts of the same event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.misp_problems import problems_of
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
)
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import FURTHER_OF_REFERENCE, NewObject, NewReference
from vardkase.intel.editing.deletion import delete_reference
from vardkase.intel.kernel.attribute_assembler import numbered_parts, taken_uuids
from vardkase.intel.kernel.audiences import reference_audiences, touch_objects
from vardkase.intel.kernel.audit_entries import event_target, known_to
from vardkase.intel.kernel.bulk_insert import write_references
from vardkase.intel.kernel.locking import lock_own_event, lock_own_part, touch
from vardkase.intel.models import Event, ObjectReference
from vardkase.intel.problems import IntelProblem, ObjectProblem
from vardkase.intel.queries.find import find_object, find_reference
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.object import parse_reference

ATTRIBUTE = 0
OBJECT = 1

type Targets = dict[str, tuple[int, int]]
"""uuid → (id, ATTRIBUTE or OBJECT)."""


@transaction.atomic
def add_reference(actor: Actor, object_ref: str, data: dict[str, Any]) -> ObjectReference:
    """Add a reference from the object with this uuid or id to another part of its event.

    Raises NotFound (no such object, or no such target in the event), NotYours, Invalid.
    """
    source, event = lock_own_part(actor, lambda: find_object(actor, object_ref))
    parsed = _parsed(data, source.id, source.uuid)
    if isinstance(parsed, dict):
        raise Invalid(parsed)
    targets = readable_targets(actor, event.pk, [parsed.referenced_uuid])
    if parsed.referenced_uuid not in targets:
        raise NotFound(ObjectProblem.NO_TARGET())
    if parsed.uuid and taken_uuids("object_reference", [parsed.uuid]):
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
    # As in MISP: what is added alone is of now, and there.
    parsed.timestamp, parsed.deleted = 0, False
    (reference,) = _write(event, [parsed], targets)
    touch(event, reference_audiences([(source.id, parsed.referenced_uuid)]))
    record(
        actor, IntelAction.OBJECT_REFERENCE_ADDED, Target("object_reference", reference.pk, reference.uuid)
    )
    return reference


@transaction.atomic
def replace_reference(actor: Actor, reference_id: int, data: dict[str, Any]) -> ObjectReference:
    """Exchange a reference for another one from the same object; other instances know no edit of a reference.

    Raises NotFound (no such reference, or no such target in the event), NotYours, Invalid.
    """
    stored = find_reference(actor, reference_id)
    made = add_reference(actor, str(stored.object_id), data)
    delete_reference(actor, stored.id)
    return made


@transaction.atomic
def add_references(actor: Actor, event_id: int, documents: Sequence[Any]) -> list[ObjectReference]:
    """Add many references between readable parts of one event, all or none, in order.

    Each document names its object by ``object_uuid``. Raises NotFound (the event), NotYours, and Invalid with
    the errors of all faulty documents (``ObjectReference.3.referenced_uuid``).
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    parsed = {place: _with_source(part) for place, part in numbered_parts(documents, "ObjectReference")}
    good = [result for result in parsed.values() if not isinstance(result, dict)]
    named = [uuid for wanted in good for uuid in (wanted.source_uuid, wanted.referenced_uuid)]
    targets = readable_targets(actor, event.pk, named)
    taken = taken_uuids("object_reference", [wanted.uuid for wanted in good if wanted.uuid])
    refused = {
        f"{place}.{name}": problems
        for place, result in parsed.items()
        for name, problems in _errors_of(result, targets, taken).items()
    }
    if refused or not good:
        raise Invalid(refused or {"ObjectReference": [ObjectProblem.NO_REFERENCES()]})
    for wanted in good:
        wanted.object_id = targets[wanted.source_uuid][0]
    stored = _write(event, good, targets)
    audiences = reference_audiences([(wanted.object_id, wanted.referenced_uuid) for wanted in good])
    touch(event, audiences)
    target = event_target(event)
    change = {"count": len(stored), **known_to(event, audiences)}
    record(actor, IntelAction.OBJECT_REFERENCE_ADDED, target, change)
    return stored


type Parsed = NewReference | dict[str, list[Problem]]
"""A reference, or its problems by field."""


def _with_source(part: Any) -> Parsed:
    if not isinstance(part, dict):
        return {"object_uuid": [ObjectProblem.NOT_A_REFERENCE()]}
    source = str(part.get("object_uuid") or part.get("source_uuid") or "").strip().lower()
    if not UUID_FORM.fullmatch(source):
        return {"object_uuid": [CommonProblem.NOT_AN_RFC_4122_UUID()]}
    return _parsed(part, None, source)


def _parsed(part: Mapping[str, Any], object_id: int | None, source: object) -> Parsed:
    parsed = parse_reference(part, NewReference, now=now_seconds(), further=FURTHER_OF_REFERENCE)
    if isinstance(parsed, dict):
        return problems_of(parsed)
    parsed.object_id, parsed.source_uuid = object_id, source
    return parsed


def _errors_of(result: Parsed, targets: Targets, taken: set[str]) -> dict[str, list[Problem]]:
    if isinstance(result, dict):
        return result
    errors: dict[str, list[Problem]] = {}
    if targets.get(result.source_uuid, (0, ATTRIBUTE))[1] != OBJECT:
        errors["object_uuid"] = [ObjectProblem.NOT_FOUND()]
    if result.referenced_uuid not in targets:
        errors["referenced_uuid"] = [ObjectProblem.NO_TARGET()]
    if result.uuid in taken:
        errors["uuid"] = [IntelProblem.UUID_TAKEN()]
    if result.uuid:
        taken.add(result.uuid)  # So that a second document with this uuid is refused, too.
    return errors


def _write(event: Event, references: Sequence[NewReference], targets: Targets) -> list[ObjectReference]:
    rows = _complete(references, targets, set(), now_seconds())
    write_references(event.pk, rows)
    touch_objects([(row.object_id, row.referenced_uuid) for row in rows])
    stored = ObjectReference.objects.in_bulk([row.id for row in rows])
    return [stored[row.id] for row in rows]


def readable_targets(actor: Actor, event_id: int, uuids: Sequence[str]) -> Targets:
    sql = READABLE.format(
        event=event_predicate(actor),
        attribute=attribute_predicate(actor),
        object=object_predicate(actor, "o"),
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
        reference
        for object_id, object_uuid, part in wanted
        if isinstance(part, dict) and not isinstance(reference := _parsed(part, object_id, object_uuid), dict)
    ]
    if not parsed:
        return set()
    targets = targets_in_event(event_id, [reference.referenced_uuid for reference in parsed])
    taken = taken_uuids("object_reference", [reference.uuid for reference in parsed if reference.uuid])
    rows = _complete(parsed, targets, taken, now)
    write_references(event_id, rows)
    return {row.object_id for row in rows}


def _complete(
    references: Iterable[NewReference], targets: Targets, taken: set[str], now: int
) -> list[NewReference]:
    """With what their targets and the time of writing add, without those whose target or uuid is not to be had."""
    kept = []
    for reference in references:
        reference.uuid = reference.uuid or str(uuid4())
        reference.timestamp = reference.timestamp or now
        if reference.referenced_uuid in targets and reference.uuid not in taken:
            taken.add(reference.uuid)
            reference.referenced_id, reference.referenced_type = targets[reference.referenced_uuid]
            kept.append(reference)
    return kept


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
