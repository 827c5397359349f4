"""Bulk changes to attributes of one event: one transaction, one audit row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.deletion import remove_attributes, soft_delete_attributes
from vardkase.intel.errors import SharingGroupRefused
from vardkase.intel.hooks import AttributesChanged, AttributesEdited, attributes_changed, attributes_edited
from vardkase.intel.kernel.audiences import Audiences, attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Event
from vardkase.intel.problems import AttributeProblem
from vardkase.misp.distribution import Distribution


@transaction.atomic
def delete_attributes(
    actor: Actor, event_id: int, attribute_ids: Sequence[int], *, hard: bool = False
) -> int:
    """Delete softly, or permanently (including soft-deleted ones); returns how many.

    Raises NotFound (none exists), NotYours.
    """
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids, deleted=None if hard else False)
    before = attribute_audiences(chosen)
    (remove_attributes if hard else soft_delete_attributes)(event.pk, chosen)
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_DELETED, chosen, {"hard": hard}, before)


@transaction.atomic
def restore_attributes(actor: Actor, event_id: int, attribute_ids: Sequence[int]) -> int:
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids, deleted=True)
    _update(event, chosen, "deleted = FALSE", {})
    # Besides `attributes_edited`: a restored value is to be correlated again.
    attributes_changed.emit(AttributesChanged(event.pk, tuple(chosen)))
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_RESTORED, chosen, {})


@transaction.atomic
def set_detection(actor: Actor, event_id: int, attribute_ids: Sequence[int], to_ids: bool) -> int:
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    _update(event, chosen, "to_ids = %(to_ids)s", {"to_ids": to_ids})
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, {"to_ids": to_ids})


@transaction.atomic
def set_comment(actor: Actor, event_id: int, attribute_ids: Sequence[int], comment: str) -> int:
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    _update(event, chosen, "comment = %(comment)s", {"comment": comment})
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, {"comment": comment[:200]})


@transaction.atomic
def set_reach(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    distribution: int,
    sharing_group_id: int | None,
) -> int:
    if distribution not in list(Distribution):
        raise Invalid({"distribution": [AttributeProblem.BAD_DISTRIBUTION()]})
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    group = SharingGroups(actor).required(distribution, sharing_group_id, None)
    if distribution == Distribution.SHARING_GROUP and group is None:
        raise SharingGroupRefused
    before = attribute_audiences(chosen)
    values = {"distribution": distribution, "group": group}
    _update(event, chosen, "distribution = %(distribution)s, sharing_group_id = %(group)s", values)
    attributes_changed.emit(AttributesChanged(event.pk, tuple(chosen)))
    return _touch_and_record(
        actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, {"distribution": distribution}, before
    )


def _lock_and_choose(
    actor: Actor, event_id: int, attribute_ids: Sequence[int], *, deleted: bool | None = False
) -> tuple[Event, list[int]]:
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    return event, visible_attributes(actor, event, attribute_ids, deleted=deleted)


def visible_attributes(
    actor: Actor, event: Event, attribute_ids: Sequence[int], *, deleted: bool | None
) -> list[int]:
    chosen = readable_attributes(actor, event, attribute_ids, deleted=deleted)
    if not chosen:
        raise NotFound(AttributeProblem.NOT_FOUND())
    return chosen


def readable_attributes(
    actor: Actor, event: Event, attribute_ids: Sequence[int], *, deleted: bool | None
) -> list[int]:
    """The readable attributes of the event among these: live, deleted, or both (None)."""
    sql = VISIBLE.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    values = {"event": event.pk, "ids": list(attribute_ids), "deleted": deleted, **reader_parameters(actor)}
    return [row[0] for row in cursor().execute(sql, values).fetchall()]


def _update(event: Event, chosen: Sequence[int], columns: str, values: dict[str, Any]) -> None:
    parameters = {**values, "event": event.pk, "ids": list(chosen), "now": now_seconds()}
    cursor().execute(UPDATE.format(columns=columns), parameters)
    attributes_edited.emit(AttributesEdited(event.pk, tuple(chosen)))


def _touch_and_record(
    actor: Actor,
    event: Event,
    act: AuditAction,
    chosen: Sequence[int],
    change: dict[str, Any],
    before: Audiences = frozenset(),
) -> int:
    touch(event, before | attribute_audiences(chosen))
    target = event_target(event)
    record(actor, act, target, {**change, "count": len(chosen), "attributes": list(chosen)})
    return len(chosen)


# `deleted` NULL matches live and deleted ones.
VISIBLE = """
SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.id = ANY(%(ids)s::bigint[]) AND a.deleted = COALESCE(%(deleted)s::boolean, a.deleted)
  AND {event} AND {attribute}
ORDER BY a.id
"""

UPDATE = """
UPDATE attribute SET {columns}, timestamp = %(now)s
WHERE event_id = %(event)s AND id = ANY(%(ids)s::bigint[])
"""
