"""Services that take back what a person has changed in attributes, one or hundreds of thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.bulk_edit import readable_attributes, refuse_doubles
from vardkase.intel.editing.tagging import require_may_tag
from vardkase.intel.errors import SharingGroupRefused
from vardkase.intel.hooks import (
    AttributesChanged,
    AttributesEdited,
    AttributesRemoved,
    attributes_changed,
    attributes_edited,
)
from vardkase.intel.kernel.audiences import (
    attribute_audiences,
    object_audiences,
    reference_audiences,
    touch_objects,
)
from vardkase.intel.kernel.audit_entries import event_target, of_attributes
from vardkase.intel.kernel.locking import changed_locally, lock_event, lock_own_event, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Attribute, ObjectReference
from vardkase.intel.settings import SANITISE_DELETED
from vardkase.intel.undo import texts
from vardkase.intel.undo.models import AttributeBefore, FormerObject, UndoPoint
from vardkase.intel.undo.problems import UndoProblem
from vardkase.intel.undo.statements import (
    ANY_DELETED,
    CHANGED_SINCE,
    EDITED,
    GROUPS_THAT_COME_BACK,
    KEEP,
    KEEP_ADDED,
    KEEP_OBJECTS,
    LINK,
    OBJECT_STATES,
    OBJECTS_CHANGED_SINCE,
    REFERENCES,
    RESTORE,
    RESTORE_OBJECTS,
    RESTORE_REFERENCES,
    STATES,
    UNLINK,
)
from vardkase.intel.undo.text_statements import TEXTS_CHANGED_SINCE
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.rules import may_use
from vardkase.misp.distribution import Distribution

LASTS = timedelta(days=1)
MOST_POINTS = 20
"""Of one person: an older change can no longer be taken back."""


@dataclass(frozen=True, slots=True)
class Undoable[T]:
    """What an act returned, and the point to go back to; None if it changed no attribute."""

    result: T
    point: int | None


@transaction.atomic
def undoable[T](
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    act: Callable[[], T],
    *,
    object_ids: Sequence[int] = (),
    new: Collection[UUID] = (),
    with_texts: bool = False,
) -> Undoable[T]:
    """Do `act`, and keep what it replaces in these attributes and their tags, in these objects and all that is in them.
    `new`: of attributes that it adds outside objects. `with_texts`: and in the title, the event's tags, reports and
    comments of objects.

    Raises what `act` raises.
    """
    if actor.user_id is None:
        return Undoable(act(), None)
    event = lock_event(actor, event_id)  # Nothing changes between reading the attributes and the act.
    inside = Attribute.objects.filter(event=event_id, object_id__in=object_ids)
    in_objects = list(inside.values_list("pk", flat=True)) if object_ids else []
    chosen = readable_attributes(actor, event, [*attribute_ids, *in_objects], deleted=None)
    parameters = {"event": event_id, "ids": chosen, "objects": list(object_ids), "inside": in_objects}
    parameters["new"] = list(new)
    cursor().execute(f"CREATE TEMPORARY TABLE undo_before ON COMMIT DROP AS {STATES}", parameters)
    cursor().execute(f"CREATE TEMPORARY TABLE undo_objects ON COMMIT DROP AS {OBJECT_STATES}", parameters)
    if with_texts:
        texts.note(parameters)
    references = {row[0] for row in cursor().execute(REFERENCES, parameters)}
    result = act()
    point = UndoPoint.objects.create(event_id=event_id, user_id=actor.user_id, made_at=timezone.now())
    parameters["point"] = point.pk
    kept = cursor().execute(KEEP, parameters).rowcount
    kept += cursor().execute(KEEP_OBJECTS, parameters).rowcount
    if with_texts:
        kept += texts.keep(parameters)
    added = cursor().execute(KEEP_ADDED, parameters).rowcount
    cursor().execute("DROP TABLE undo_before, undo_objects")
    gone = references - {row[0] for row in cursor().execute(REFERENCES, parameters)}
    if not (kept or added or gone):
        point.delete()
        return Undoable(result, None)
    UndoPoint.objects.filter(pk=point.pk).update(reference_ids=sorted(gone))
    _forget_oldest(actor.user_id)
    # What is deleted for good must not be kept here, and what was added would be.
    is_wiping = SANITISE_DELETED.value
    if is_wiping and (added or cursor().execute(ANY_DELETED, {"point": point.pk}).fetchone()):
        point.delete()
        return Undoable(result, None)
    return Undoable(result, point.pk)


@transaction.atomic
def undo(actor: Actor, event_id: int, point_id: int) -> int:
    """Make what a change replaced as it was before it; returns in how many attributes and texts, and raises NotFound if
    it can no longer be taken back, Conflict if any of them has been changed since: then none is.
    """
    actor.require_writing()
    event = lock_event(actor, event_id)
    since = timezone.now() - LASTS
    points = UndoPoint.objects.filter(pk=point_id, event=event_id, user=actor.user_id, made_at__gte=since)
    if (point := points.first()) is None:
        raise NotFound(UndoProblem.TOO_LATE())
    ids = list(AttributeBefore.objects.filter(point=point).values_list("attribute_id", flat=True))
    parameters: dict[str, Any] = {"event": event_id, "point": point.pk, "now": now_seconds(), "ids": ids}
    objects = list(FormerObject.objects.filter(point=point).values_list("object_id", flat=True))
    readable = len(readable_attributes(actor, event, ids, deleted=None))
    changed = len(ids) - readable + _counted(CHANGED_SINCE, parameters)
    changed += _counted(OBJECTS_CHANGED_SINCE, parameters) + _counted(TEXTS_CHANGED_SINCE, parameters)
    if changed:
        raise Conflict(UndoProblem.CHANGED_SINCE(count=changed))
    pairs = _reference_pairs(event_id, point.reference_ids)
    before = attribute_audiences(ids) | object_audiences(objects) | reference_audiences(pairs)
    edited = [row[0] for row in cursor().execute(EDITED, parameters)]
    links = cursor().execute(UNLINK, parameters).fetchall()
    linked = cursor().execute(LINK, parameters).fetchall()
    links += linked
    for local in {row[0] for row in links}:
        require_may_tag(actor, event, local=local)
    _require_may_set_again(actor, parameters, {row[1] for row in linked})
    is_restored = bool(edited or objects or pairs)
    if is_restored:
        actor.require(Permission.ADD)
        lock_own_event(actor, event_id)
        parameters["ids"] = edited
        cursor().execute(RESTORE_OBJECTS, parameters)
        cursor().execute(RESTORE, parameters)
        refuse_doubles(event_id, edited)
        cursor().execute(RESTORE_REFERENCES, parameters | {"references": point.reference_ids})
        touch_objects(pairs)
        # Who may read an object decides who may read what is in it.
        inside = Attribute.objects.filter(event=event_id, object_id__in=objects).values_list("pk", flat=True)
        concerned = tuple({*edited, *inside})
        attributes_changed.emit(AttributesChanged(event_id, concerned))
        attributes_edited.emit(AttributesEdited(event_id, concerned))
    written = texts.restore(actor, event, parameters)
    if written is not None or is_restored or not all(row[0] for row in links):
        touch(event, before | attribute_audiences(ids) | object_audiences(objects) | (written or frozenset()))
    else:
        changed_locally(event)
    count = len(ids) + point.texts.count()
    point.delete()
    named = {"count": count, **of_attributes(ids, None)}
    record(actor, IntelAction.ATTRIBUTE_CHANGE_UNDONE, event_target(event), named)
    return count


def _reference_pairs(event_id: int, reference_ids: Sequence[int]) -> list[tuple[int, str]]:
    found = ObjectReference.objects.filter(event=event_id, pk__in=reference_ids)
    return [(number, str(target)) for number, target in found.values_list("object_id", "referenced_uuid")]


def _counted(sql: str, parameters: Mapping[str, Any]) -> int:
    row = cursor().execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def _require_may_set_again(actor: Actor, parameters: Mapping[str, Any], tag_ids: set[int]) -> None:
    """Raise Conflict if a sharing group or tag that comes back may no longer be used by the actor."""
    sharing = SharingGroups(actor)
    try:
        for row in cursor().execute(GROUPS_THAT_COME_BACK, parameters).fetchall():
            sharing.required(Distribution.SHARING_GROUP, row[0], None)
    except SharingGroupRefused as refused:
        raise Conflict(UndoProblem.GROUP_REFUSED()) from refused
    if not all(may_use(actor, tag) for tag in Tag.objects.filter(pk__in=tag_ids)):
        raise Conflict(UndoProblem.TAG_REFUSED())


def forget_of_removed(removed: AttributesRemoved) -> None:
    """What is deleted for good is kept nowhere."""
    if removed.attribute_ids is None:
        UndoPoint.objects.filter(event=removed.event_id).delete()
    else:
        sql = "DELETE FROM attribute_before WHERE attribute_id = ANY(%s)"
        cursor().execute(sql, (list(removed.attribute_ids),))


def forget_outdated() -> int:
    deleted, _ = UndoPoint.objects.filter(made_at__lt=timezone.now() - LASTS).delete()
    return deleted


def _forget_oldest(user_id: int) -> None:
    kept = UndoPoint.objects.filter(user=user_id).order_by("-pk").values("pk")[:MOST_POINTS]
    UndoPoint.objects.filter(user=user_id).exclude(pk__in=kept).delete()
