"""Services that take back what a person has changed in attributes, one or hundreds of thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import changeable
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
from vardkase.intel.kernel.audiences import attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target, of_attributes
from vardkase.intel.kernel.locking import lock_event, lock_own_event, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Attribute
from vardkase.intel.settings import SANITISE_DELETED
from vardkase.intel.undo.models import AttributeBefore, UndoPoint
from vardkase.intel.undo.problems import UndoProblem
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
    actor: Actor, event_id: int, attribute_ids: Sequence[int], act: Callable[[], T]
) -> Undoable[T]:
    """Do `act`, and keep what it replaces in these attributes and their tags. Raises what `act` raises."""
    if actor.user_id is None:
        return Undoable(act(), None)
    event = lock_event(actor, event_id)  # Nothing changes between reading the attributes and the act.
    chosen = readable_attributes(actor, event, attribute_ids, deleted=None)
    parameters = {"event": event_id, "ids": chosen}
    cursor().execute(f"CREATE TEMPORARY TABLE undo_before ON COMMIT DROP AS {STATES}", parameters)
    references = {row[0] for row in cursor().execute(REFERENCES, parameters)}
    result = act()
    point = UndoPoint.objects.create(event_id=event_id, user_id=actor.user_id, made_at=timezone.now())
    kept = cursor().execute(KEEP, parameters | {"point": point.pk}).rowcount
    cursor().execute("DROP TABLE undo_before")
    if kept == 0:
        point.delete()
        return Undoable(result, None)
    left = {row[0] for row in cursor().execute(REFERENCES, parameters)}
    UndoPoint.objects.filter(pk=point.pk).update(reference_ids=sorted(references - left))
    _forget_oldest(actor.user_id)
    # What is deleted for good must not be kept here.
    if SANITISE_DELETED.value and cursor().execute(ANY_DELETED, {"point": point.pk}).fetchone():
        point.delete()
        return Undoable(result, None)
    return Undoable(result, point.pk)


@transaction.atomic
def undo(actor: Actor, event_id: int, point_id: int) -> int:
    """Make the attributes of a change as they were before it; returns how many, and raises NotFound if it can no
    longer be taken back, Conflict if any of them has been changed since: then none is.
    """
    actor.require_writing()
    event = lock_event(actor, event_id)
    since = timezone.now() - LASTS
    points = UndoPoint.objects.filter(pk=point_id, event=event_id, user=actor.user_id, made_at__gte=since)
    if (point := points.first()) is None:
        raise NotFound(UndoProblem.TOO_LATE())
    ids = list(AttributeBefore.objects.filter(point=point).values_list("attribute_id", flat=True))
    parameters: dict[str, Any] = {"event": event_id, "point": point.pk, "now": now_seconds(), "ids": ids}
    readable = len(readable_attributes(actor, event, ids, deleted=None))
    row = cursor().execute(CHANGED_SINCE, parameters).fetchone()
    changed = len(ids) - readable + (row[0] if row else 0)
    if changed:
        raise Conflict(UndoProblem.CHANGED_SINCE(count=changed))
    before = attribute_audiences(ids)
    edited = [row[0] for row in cursor().execute(EDITED, parameters)]
    links = cursor().execute(UNLINK, parameters).fetchall()
    linked = cursor().execute(LINK, parameters).fetchall()
    links += linked
    for local in {row[0] for row in links}:
        require_may_tag(actor, event, local=local)
    _require_may_set_again(actor, parameters, {row[1] for row in linked})
    if edited:
        actor.require(Permission.ADD)
        lock_own_event(actor, event_id)
        parameters["ids"] = edited
        cursor().execute(RESTORE, parameters)
        refuse_doubles(event_id, edited)
        cursor().execute(RESTORE_REFERENCES, parameters | {"references": point.reference_ids})
        attributes_changed.emit(AttributesChanged(event_id, tuple(edited)))
        attributes_edited.emit(AttributesEdited(event_id, tuple(edited)))
    if edited or not all(row[0] for row in links):
        touch(event, before | attribute_audiences(ids))
    point.delete()
    named = {"count": len(ids), **of_attributes(ids, None)}
    record(actor, IntelAction.ATTRIBUTE_CHANGE_UNDONE, event_target(event), named)
    return len(ids)


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


CONTENT = [name for name in changeable(Attribute) if name != "timestamp"]
MEMBERS = ", ".join(f"'{name}', a.{name}" for name in CONTENT)
STATE = f"""
jsonb_build_object({MEMBERS}, 'tags', (
    SELECT jsonb_agg(jsonb_build_array(t.tag_id, t.local, t.relationship_type) ORDER BY t.tag_id, t.local)
    FROM attribute_tag t WHERE t.attribute_id = a.id))
"""

STATES = f"""
SELECT a.id, {STATE} AS content FROM attribute a
WHERE a.event_id = %(event)s AND a.id = ANY(%(ids)s::bigint[])
"""

# An attribute that the act has removed is gone for good.
KEEP = f"""
INSERT INTO attribute_before (point_id, attribute_id, content, after, data_sha256)
SELECT %(point)s, b.id, b.content, md5(now.content::text), b.content->>'data_sha256'
FROM undo_before b JOIN LATERAL (SELECT {STATE} AS content FROM attribute a WHERE a.id = b.id) now ON true
WHERE now.content <> b.content
"""

REFERENCES = """
SELECT r.id FROM object_reference r JOIN attribute a ON a.uuid = r.referenced_uuid
WHERE r.event_id = %(event)s AND NOT r.deleted AND a.id = ANY(%(ids)s::bigint[])
"""

ANY_DELETED = """
SELECT 1 FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND a.deleted LIMIT 1
"""

# An attribute does not come back into an object that has been deleted since.
CHANGED_SINCE = f"""
SELECT count(*) FROM attribute_before b LEFT JOIN attribute a ON a.id = b.attribute_id
LEFT JOIN object o ON o.id = a.object_id
WHERE b.point_id = %(point)s AND a.id IS NOT NULL
  AND (md5(({STATE})::text) <> b.after OR (o.deleted AND NOT (b.content->>'deleted')::boolean))
"""

EDITED = f"""
SELECT a.id FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND jsonb_build_object({MEMBERS}) <> b.content - 'tags'
"""

GROUPS_THAT_COME_BACK = """
SELECT DISTINCT (b.content->>'sharing_group_id')::bigint
FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND (b.content->>'distribution')::int = 4
  AND (b.content->>'sharing_group_id')::bigint IS DISTINCT FROM a.sharing_group_id
"""

RESTORE = f"""
UPDATE attribute a SET {", ".join(f"{name} = r.{name}" for name in CONTENT)}, timestamp = %(now)s
FROM attribute_before b, jsonb_populate_record(NULL::attribute, b.content) r
WHERE b.point_id = %(point)s AND a.id = b.attribute_id AND a.id = ANY(%(ids)s::bigint[])
"""

RESTORE_REFERENCES = """
UPDATE object_reference SET deleted = FALSE, timestamp = %(now)s
WHERE event_id = %(event)s AND id = ANY(%(references)s::bigint[]) AND deleted
"""

OF_TAGS = "jsonb_array_elements(coalesce(nullif(b.content->'tags', 'null'), '[]'))"

UNLINK = f"""
DELETE FROM attribute_tag t USING attribute_before b
WHERE b.point_id = %(point)s AND t.attribute_id = b.attribute_id AND NOT EXISTS (
    SELECT 1 FROM {OF_TAGS} e WHERE (e->>0)::bigint = t.tag_id AND (e->>1)::boolean = t.local)
RETURNING t.local
"""

# A tag that has been deleted since does not come back.
LINK = f"""
INSERT INTO attribute_tag (attribute_id, event_id, tag_id, local, relationship_type)
SELECT b.attribute_id, %(event)s, (e->>0)::bigint, (e->>1)::boolean, e->>2
FROM attribute_before b, {OF_TAGS} e JOIN tag ON tag.id = (e->>0)::bigint
WHERE b.point_id = %(point)s
ON CONFLICT DO NOTHING
RETURNING local, tag_id
"""
