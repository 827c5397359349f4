"""Services for objects: add with requirements checked, edit as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewObject
from vardkase.intel.editing.bulk_edit import readable_attributes
from vardkase.intel.editing.deletion import soft_delete_attributes, soft_delete_object
from vardkase.intel.kernel.attribute_assembler import Assembler, mentioned_tags, numbered_parts
from vardkase.intel.kernel.attribute_changes import (
    AttributeChanges,
    collect_change,
    content_of,
    tag_mentions,
    write_changes,
)
from vardkase.intel.kernel.audiences import Audiences, attribute_audiences, object_audiences
from vardkase.intel.kernel.audit_entries import known_to
from vardkase.intel.kernel.locking import lock_own_event, lock_own_part, touch
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event, Object
from vardkase.intel.problems import IntelProblem, ObjectProblem, RefusedFields
from vardkase.intel.queries.find import find_object
from vardkase.intel.services.events import store_parts
from vardkase.intel.services.object_templates import check_requirements, move_to_newest, with_template
from vardkase.intel.services.objects_merge import ObjectBefore, merge_object_header, settle_time
from vardkase.misp.flags import as_bool


@transaction.atomic
def add_object(
    actor: Actor,
    event_id: int,
    data: Mapping[str, Any],
    *,
    break_on_duplicate: bool = False,
    fill_seen: bool = False,
) -> int:
    """Add one object with its attributes and references, all or nothing; returns its id.

    With `fill_seen`, attributes without a first or last seen get the object's: MISP does so in objects/add
    only. Raises NotFound, NotYours, Invalid.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    if not data.get("Attribute"):
        raise Invalid(ObjectProblem.NO_ATTRIBUTES())
    document = with_template(data)
    rejections = Rejections()
    assembler = Assembler(actor, now=now_seconds(), rejections=rejections)
    row = assembler.new_object(document, "Object")
    refuse_rejected(rejections, document)
    if row is None or not row.attributes:
        raise Invalid(ObjectProblem.NO_ATTRIBUTES())
    check_requirements(document, [str(attribute.object_relation) for attribute in row.attributes])
    if break_on_duplicate:
        _refuse_duplicate(event, row)
    if fill_seen:
        for attribute in row.attributes:
            attribute.first_seen = row.first_seen if attribute.first_seen is None else attribute.first_seen
            attribute.last_seen = row.last_seen if attribute.last_seen is None else attribute.last_seen
    kept = assembler.free_objects([row])
    if not kept:
        raise Invalid(ObjectProblem.FIELD_REFUSED(field="uuid", problem=IntelProblem.UUID_TAKEN()))
    store_parts(event, [], kept, TagLoader(actor, mentioned_tags(row.attributes)), assembler.now)
    touch(event, object_audiences([row.id]))
    record(actor, IntelAction.OBJECT_ADDED, Target("object", row.id, UUID(row.uuid), row.name))
    return row.id


@transaction.atomic
def edit_object(
    actor: Actor, reference: int | str, data: Mapping[str, Any], *, to_newest: bool = False
) -> int:
    """Update an object to match the document; returns its id.

    With a list of attributes, those listed by uuid change, new ones are added, and other readable ones are
    soft-deleted; without one only the object's own columns change. With `to_newest` it then moves to the
    newest version of its template. Raises NotFound, NotYours, Invalid.
    """
    actor.require(Permission.ADD)
    found, event = lock_own_part(actor, lambda: find_object(actor, reference, deleted=True))
    stored = Object.objects.get(pk=found.id)
    assembler = Assembler(actor, now=now_seconds(), rejections=Rejections())
    before = ObjectBefore.of(event, stored)
    inside: Audiences = frozenset()
    if as_bool(data.get("deleted")):
        live = Attribute.objects.filter(object=stored, deleted=False).values_list("pk", flat=True)
        soft_delete_object(stored, list(live))
    else:
        merge_object_header(stored, data, assembler.sharing, assembler.now)
        if "Attribute" in data:
            inside = _replace_attributes(actor, event, stored, data["Attribute"], assembler)
        if to_newest:
            move_to_newest(stored)
            inside |= before.audiences
    audiences = settle_time(event, stored, before, inside)
    touch(event, audiences)
    change = known_to(event, audiences)
    record(actor, IntelAction.OBJECT_EDITED, Target("object", stored.pk, stored.uuid, stored.name), change)
    return stored.pk


def refuse_rejected(rejections: Rejections, document: Mapping[str, Any]) -> None:
    parts = dict(numbered_parts(document.get("Attribute"), "Object.Attribute"))
    for place, errors in rejections.errors.items():
        if place in parts:
            part = parts[place] if isinstance(parts[place], dict) else {}
            relation = part.get("object_relation") or "No object_relation"
            raise Invalid(ObjectProblem.ATTRIBUTE_REFUSED(relation=relation, details=RefusedFields(errors)))
        field, problems = next(iter(errors.items()))
        raise Invalid(ObjectProblem.FIELD_REFUSED(field=field, problem=problems[0]))


def _refuse_duplicate(event: Event, row: NewObject) -> None:
    wanted = sorted((a.object_relation or "", a.value1, a.value2 or "") for a in row.attributes)
    candidates = Object.objects.filter(event=event, name=row.name, deleted=False)
    rows = Attribute.objects.filter(object__in=candidates, deleted=False).values_list(
        "object_id", "object_relation", "value1", "value2"
    )
    present: dict[int, list[tuple[str, str, str]]] = {}
    for object_id, relation, value1, value2 in rows:
        present.setdefault(object_id, []).append((relation or "", value1, value2 or ""))
    for object_id, values in present.items():
        if sorted(values) == wanted:
            uuid = Object.objects.values_list("uuid", flat=True).get(pk=object_id)
            raise Invalid(ObjectProblem.DUPLICATE(id=object_id, uuid=uuid))


def _replace_attributes(
    actor: Actor, event: Event, stored: Object, parts: object, assembler: Assembler
) -> Audiences:
    """Change, add and softly delete attributes until the object has those listed; returns who reads the changed."""
    numbered = dict(numbered_parts(parts, "Attribute"))
    inside = Attribute.objects.filter(object=stored, deleted=False)
    # What the actor may not read it does not list either, and that must not delete it.
    readable = readable_attributes(actor, event, list(inside.values_list("pk", flat=True)), deleted=False)
    live = {str(a.uuid): a for a in inside.filter(pk__in=readable)}
    changes = AttributeChanges()
    added = []
    kept = set()
    for place, part in numbered.items():
        known = live.get(str(part.get("uuid") or "").lower()) if isinstance(part, dict) else None
        if known is None:
            added.append(assembler.new_attribute_in(stored.pk, part, place))
            continue
        if set(part) == {"uuid"}:
            kept.add(known.pk)  # Listed without any change.
            continue
        before = content_of(known)
        try:
            collect_change(changes, known, {**part, "timestamp": None}, assembler.sharing, assembler.now)
        except Invalid:
            continue
        kept.add(known.pk)
        if content_of(known) == before and not tag_mentions(part):
            changes.changed.pop()  # Listed as it is stored: its timestamp stays.
    rows = [row for row in added if row is not None]
    unlisted = [attribute.pk for attribute in live.values() if attribute.pk not in kept]
    touched = [*unlisted, *(attribute.pk for attribute in changes.changed)]
    audiences = attribute_audiences(touched)
    if unlisted:
        soft_delete_attributes(event.pk, unlisted)
    tags = TagLoader(actor, [*mentioned_tags(rows), *changes.mentioned_tags()])
    write_changes(event.pk, changes, tags)
    store_parts(event, rows, [], tags, assembler.now)
    return audiences | attribute_audiences([*touched, *(row.id for row in rows)])
