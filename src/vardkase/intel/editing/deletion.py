"""Deletion: soft (marked, and synchronised) or hard (removed completely)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import (
    AttributesChanged,
    AttributesEdited,
    AttributesRemoved,
    EventWithdrawn,
    attributes_changed,
    attributes_edited,
    attributes_removed,
    event_withdrawn,
)
from vardkase.intel.kernel.audiences import (
    attribute_audiences,
    object_audiences,
    reference_audiences,
    touch_objects,
)
from vardkase.intel.kernel.audit_entries import attribute_target, event_target
from vardkase.intel.kernel.locking import lock_event, lock_own_part, touch
from vardkase.intel.models import Attribute, Event, Object, ObjectReference
from vardkase.intel.problems import AttributeProblem, IntelProblem, ObjectProblem
from vardkase.intel.rules import may_delete_event
from vardkase.intel.settings import SANITISE_DELETED
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.services import BlockReason, block

BLOCKED_BY_DELETION = "Automatically blocked by deleting event"
# Deleted by SQL: these references have no constraint that would cascade, and Django would load every row
# first.
TABLES_OF_EVENT = (
    "attribute_tag", "attribute", "object_reference", "object", "event_tag", "event_report", "event_group_times"
)  # fmt: skip


@transaction.atomic
def delete_event(actor: Actor, event_id: int) -> Event:
    """Remove an event with all its parts, and blocklist its uuid, so that no peer sends it again.

    Raises NotFound, or Forbidden if it belongs to another organisation.
    """
    actor.require_writing()
    event = lock_event(actor, event_id)
    if not may_delete_event(actor, event):
        raise Forbidden(IntelProblem.NOT_ALLOWED())
    record(actor, IntelAction.EVENT_DELETED, event_target(event))
    remove_event(event, event.info)
    return event


def remove_event(event: Event, info: str = "") -> None:
    """Remove a locked event as `delete_event`, whoever may change it; the blocklist says `info` about it."""
    # Before the rows are deleted, which listeners still read.
    attributes_removed.emit(AttributesRemoved(event.pk, None))
    for table in TABLES_OF_EVENT:
        cursor().execute(f"DELETE FROM {table} WHERE event_id = %s", (event.pk,))
    block(Blocked.EVENT, event.uuid, BlockReason(info, event.orgc.name, BLOCKED_BY_DELETION))
    cursor().execute("DELETE FROM event WHERE id = %s", (event.pk,))
    event_withdrawn.emit(EventWithdrawn(event.pk))


@transaction.atomic
def delete_events(actor: Actor, event_ids: Iterable[int]) -> None:
    for event_id in sorted(set(event_ids)):  # In order, so that two callers never wait for each other.
        delete_event(actor, event_id)


@transaction.atomic
def delete_attribute(actor: Actor, attribute_id: int, *, hard: bool = False) -> None:
    attribute, event = lock_own_part(actor, lambda: stored_attribute(attribute_id))
    if attribute.deleted and not hard:
        raise NotFound(AttributeProblem.NOT_FOUND())
    audiences = attribute_audiences([attribute.pk])
    if hard:
        remove_attributes(event.pk, [attribute.pk])
    else:
        soft_delete_attributes(event.pk, [attribute.pk])
    touch(event, audiences)
    record(actor, IntelAction.ATTRIBUTE_DELETED, attribute_target(attribute), {"hard": hard})


@transaction.atomic
def restore_attribute(actor: Actor, attribute_id: int) -> None:
    attribute, event = lock_own_part(actor, lambda: stored_attribute(attribute_id))
    Attribute.objects.filter(pk=attribute.pk).update(deleted=False, timestamp=now_seconds())
    _emit_edited(event.pk, (attribute.pk,))
    touch(event, attribute_audiences([attribute.pk]))
    record(actor, IntelAction.ATTRIBUTE_RESTORED, attribute_target(attribute))


@transaction.atomic
def delete_object(actor: Actor, object_id: int, *, hard: bool = False) -> Object:
    stored, event = lock_own_part(
        actor, lambda: first_or_not_found(Object.objects.filter(pk=object_id), ObjectProblem.NOT_FOUND())
    )
    attribute_ids = list(Attribute.objects.filter(object=stored.pk).values_list("pk", flat=True))
    audiences = object_audiences([stored.pk])
    if hard:
        remove_attributes(event.pk, attribute_ids)
        references = ObjectReference.objects.filter(event=event)
        references.filter(object=stored.pk).delete()
        references.filter(referenced_uuid=stored.uuid).delete()
        Object.objects.filter(pk=stored.pk).delete()
    else:
        soft_delete_object(stored, attribute_ids)
    touch(event, audiences)
    record(
        actor,
        IntelAction.OBJECT_DELETED,
        Target("object", stored.pk, stored.uuid, stored.name),
        {"hard": hard},
    )
    return stored


@transaction.atomic
def delete_reference(actor: Actor, reference_id: int, *, hard: bool = False) -> None:
    chosen = ObjectReference.objects.filter(pk=reference_id)
    reference, event = lock_own_part(
        actor, lambda: first_or_not_found(chosen, ObjectProblem.REFERENCE_NOT_FOUND())
    )
    pairs = [(reference.object_id, str(reference.referenced_uuid))]
    audiences = reference_audiences(pairs)
    if hard:
        chosen.delete()
    else:
        chosen.update(deleted=True, timestamp=now_seconds())
    touch_objects(pairs)
    touch(event, audiences)
    record(
        actor, IntelAction.OBJECT_REFERENCE_DELETED, Target("object_reference", reference.pk, reference.uuid)
    )


def soft_delete_attributes(event_id: int, attribute_ids: Sequence[int]) -> None:
    now = now_seconds()
    sanitised = SANITISED if SANITISE_DELETED.value else {}
    Attribute.objects.filter(pk__in=attribute_ids).update(deleted=True, timestamp=now, **sanitised)
    # MISP deletes the references to a deleted attribute with it.
    uuids = Attribute.objects.filter(pk__in=attribute_ids).values("uuid")
    ObjectReference.objects.filter(event=event_id, referenced_uuid__in=uuids).update(
        deleted=True, timestamp=now
    )
    _emit_edited(event_id, tuple(attribute_ids))


SANITISED = {
    "type": "comment",
    "category": "Other",
    "value1": "deleted",
    "value2": None,
    "comment": "",
    "to_ids": False,
    "data_sha256": None,
}
"""The content of a sanitised attribute."""


def soft_delete_object(stored: Object, attribute_ids: Sequence[int]) -> None:
    now = now_seconds()
    soft_delete_attributes(stored.event_id, attribute_ids)
    Object.objects.filter(pk=stored.pk).update(deleted=True, timestamp=now)
    references = ObjectReference.objects.filter(event=stored.event_id)
    references.filter(referenced_uuid=stored.uuid).update(deleted=True, timestamp=now)
    references.filter(object=stored.pk).update(deleted=True, timestamp=now)


def remove_attributes(event_id: int, attribute_ids: Sequence[int]) -> None:
    attributes_removed.emit(AttributesRemoved(event_id, tuple(attribute_ids)))
    chosen = {"ids": list(attribute_ids), "event": event_id}
    cursor().execute("DELETE FROM attribute_tag WHERE attribute_id = ANY(%(ids)s)", chosen)
    cursor().execute(
        """
        DELETE FROM object_reference WHERE event_id = %(event)s
            AND referenced_uuid IN (SELECT uuid FROM attribute WHERE id = ANY(%(ids)s))
        """,
        chosen,
    )
    cursor().execute("DELETE FROM attribute WHERE id = ANY(%(ids)s)", chosen)


def _emit_edited(event_id: int, attribute_ids: tuple[int, ...]) -> None:
    attributes_changed.emit(AttributesChanged(event_id, attribute_ids))
    attributes_edited.emit(AttributesEdited(event_id, attribute_ids))


def stored_attribute(attribute_id: int) -> Attribute:
    return first_or_not_found(Attribute.objects.filter(pk=attribute_id), AttributeProblem.NOT_FOUND())
