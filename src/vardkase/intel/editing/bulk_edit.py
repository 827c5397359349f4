"""Bulk changes to attributes of one event: one transaction, one audit row.

`found_by` is the filter by which the caller found the attributes; the audit row of very many names it and no ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import batched
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
from vardkase.intel.kernel.attribute_changes import AttributeChanges, collect_change, write_changes
from vardkase.intel.kernel.audiences import Audiences, attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target, of_attributes
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event
from vardkase.intel.problems import AttributeProblem
from vardkase.misp.distribution import Distribution
from vardkase.misp.types import category_allows

CHUNK = 5_000
"""Attributes held in memory at a time."""


@transaction.atomic
def delete_attributes(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    *,
    hard: bool = False,
    found_by: str | None = None,
) -> int:
    """Delete softly, or permanently (including soft-deleted ones); returns how many.

    Raises NotFound (none exists), NotYours.
    """
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids, deleted=None if hard else False)
    before = attribute_audiences(chosen)
    (remove_attributes if hard else soft_delete_attributes)(event.pk, chosen)
    return _touch_and_record(
        actor, event, IntelAction.ATTRIBUTE_DELETED, chosen, {"hard": hard}, before, found_by
    )


@transaction.atomic
def set_detection(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    to_ids: bool,
    *,
    found_by: str | None = None,
) -> int:
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    _update(event, chosen, "to_ids = %(to_ids)s", {"to_ids": to_ids})
    change = {"to_ids": to_ids}
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, change, found_by=found_by)


@transaction.atomic
def set_comment(actor: Actor, event_id: int, attribute_ids: Sequence[int], comment: str) -> int:
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    _update(event, chosen, "comment = %(comment)s", {"comment": comment})
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, {"comment": comment[:200]})


@transaction.atomic
def edit_attributes(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    data: Mapping[str, Any],
    *,
    found_by: str | None = None,
) -> int:
    """Merge the same document, such as another category, into each attribute; all or nothing.

    Raises Invalid, naming the value that refuses it.
    """
    event, chosen = _lock_and_choose(actor, event_id, attribute_ids)
    before = attribute_audiences(chosen)
    sharing, now = SharingGroups(actor), now_seconds()
    for part in batched(chosen, CHUNK):
        changes = AttributeChanges()
        for stored in Attribute.objects.filter(pk__in=part).order_by("pk"):
            # Another type would otherwise bring its usual category, also where the stored one suits it.
            suits = "type" in data and category_allows(stored.category, str(data["type"]))
            kept = {"category": stored.category} if suits else {}
            try:
                collect_change(changes, stored, {**kept, **data}, sharing, now)
            except Invalid as refused:
                raise Invalid(
                    {"": [AttributeProblem.REFUSED(value=stored.value[:200], why=str(refused))]}
                ) from None
        write_changes(event.pk, changes, TagLoader(actor, ()))
    refuse_doubles(event.pk, chosen)
    fields = {name: str(value)[:200] for name, value in data.items()}
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, fields, before, found_by)


@transaction.atomic
def set_reach(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    distribution: int,
    sharing_group_id: int | None,
    *,
    found_by: str | None = None,
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
    change = {"distribution": distribution}
    return _touch_and_record(actor, event, IntelAction.ATTRIBUTE_EDITED, chosen, change, before, found_by)


def refuse_doubles(event_id: int, attribute_ids: Sequence[int]) -> None:
    """Raises Invalid if one of these attributes is now what another of the event is."""
    if (value := doubled_value(event_id, attribute_ids)) is not None:
        why = str(AttributeProblem.DUPLICATE())
        raise Invalid({"": [AttributeProblem.REFUSED(value=value[:200], why=why)]})


def doubled_value(event_id: int, attribute_ids: Sequence[int]) -> str | None:
    """The value of one of these attributes that another of the event has as well, with its type and category."""
    row = cursor().execute(DOUBLES, {"event": event_id, "ids": list(attribute_ids)}).fetchone()
    return row[0] if row else None


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
    found_by: str | None = None,
) -> int:
    touch(event, before | attribute_audiences(chosen))
    named = of_attributes(chosen, found_by)
    record(actor, act, event_target(event), {**change, "count": len(chosen), **named})
    return len(chosen)


# `deleted` NULL matches live and deleted ones.
VISIBLE = """
SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.id = ANY(%(ids)s::bigint[]) AND a.deleted = COALESCE(%(deleted)s::boolean, a.deleted)
  AND {event} AND {attribute}
ORDER BY a.id
"""

# As in MISP, only live attributes outside objects have to be unique.
DOUBLES = """
SELECT a.value1 FROM attribute a JOIN attribute o ON o.event_id = a.event_id AND o.id <> a.id
    AND o.type = a.type AND o.category = a.category AND o.value1 = a.value1 AND o.value2 IS NOT DISTINCT FROM a.value2
WHERE a.event_id = %(event)s AND a.id = ANY(%(ids)s::bigint[]) AND a.object_id IS NULL AND o.object_id IS NULL
  AND NOT a.deleted AND NOT o.deleted
LIMIT 1
"""

UPDATE = """
UPDATE attribute SET {columns}, timestamp = %(now)s
WHERE event_id = %(event)s AND id = ANY(%(ids)s::bigint[])
"""
