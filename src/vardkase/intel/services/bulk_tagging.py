"""Bulk tagging of attributes: a few statements, however many attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.bulk_edit import visible_attributes
from vardkase.intel.editing.tagging import (
    Taggable,
    Tagged,
    attach_tag,
    detach_tag,
    find_tag,
    require_may_tag,
    usable_tag,
)
from vardkase.intel.event_reports.tags import tag_report, untag_report
from vardkase.intel.kernel.audiences import attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target, of_attributes
from vardkase.intel.kernel.locking import changed_locally, lock_event, touch
from vardkase.intel.models import Event
from vardkase.intel.problems import TaggingProblem
from vardkase.intel.queries.find import find_object, find_report
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts, exclusive_scope
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.flags import as_int


@transaction.atomic
def attach_anywhere(
    actor: Actor, uuid: UUID, tag: str, *, local: bool = False, relationship_type: str = ""
) -> Tagged:
    """As `attach_tag`, also for an object (tags all its attributes) and an event report."""
    try:
        return attach_tag(actor, uuid, tag, local=local, relationship_type=relationship_type)
    except NotFound:
        pass
    try:
        return _attach_to_object(actor, uuid, tag, local=local, relationship_type=relationship_type)
    except NotFound:
        return _attach_to_report(actor, uuid, tag, local=local, relationship_type=relationship_type)


@transaction.atomic
def detach_anywhere(actor: Actor, uuid: UUID, tag: str) -> Tagged:
    """As `detach_tag`, also for an object (untags all its attributes) and an event report."""
    try:
        return detach_tag(actor, uuid, tag)
    except NotFound:
        pass
    try:
        target, ids = _lock_object(actor, uuid)
        chosen = find_tag(actor, tag)
        removed = untag_attributes(actor, target.event.pk, ids, [chosen])
        if not removed:
            raise target.not_attached()
        return Tagged(target, chosen, all(removed), changed=True)
    except NotFound:
        report = find_report(actor, uuid)
        removed_tag, was_local = untag_report(actor, report.id, tag)
        event = Event.objects.get(pk=report.event_id)
        return Tagged(Taggable("EventReport", report.id, event), removed_tag, was_local, changed=True)


@transaction.atomic
def tag_attributes(
    actor: Actor,
    event_id: int,
    attribute_ids: Sequence[int],
    tags: Sequence[Tag],
    *,
    local: bool,
    relationship_type: str = "",
    exclusive: bool = True,
    found_by: str | None = None,
) -> int:
    """Attach each tag to each attribute of an event; returns the number of new links.

    With `exclusive`, a tag that conflicts with an existing one is skipped for that attribute. `found_by` as in
    `bulk_edit`. The caller has checked that the tags are usable. Raises NotFound (no attribute exists), Forbidden,
    Invalid.
    """
    actor.require_writing(Permission.TAGGER)
    event = lock_event(actor, event_id)
    if exclusive and exclusive_conflicts(tag.name for tag in tags):
        raise Invalid(TaggingProblem.EXCLUDED())
    is_local = [local or tag.local_only for tag in tags]
    # Local and global tags need different rights, and one request may have both.
    for flag in set(is_local):
        require_may_tag(actor, event, local=flag)
    chosen = visible_attributes(actor, event, attribute_ids, deleted=False)
    values = {
        "event": event.pk,
        "ids": chosen,
        "tags": [tag.pk for tag in tags],
        "local": is_local,
        "scopes": [exclusive_scope(tag.name) if exclusive else "" for tag in tags],
        "relationship": relationship_type,
    }
    added = cursor().execute(LINK, values).fetchall()
    if not all(row[0] for row in added):  # Local tags do not leave the hub: nothing to publish again.
        touch(event, attribute_audiences(chosen))
    elif added:
        changed_locally(event)
    _record(
        actor,
        IntelAction.TAG_ATTACHED,
        event,
        tags,
        {"local": all(is_local), "count": len(added), **of_attributes(chosen, found_by)},
    )
    return len(added)


@transaction.atomic
def tag_selected(
    actor: Actor, chosen: Mapping[int, Sequence[int]], names: Sequence[str], *, local: bool
) -> int:
    """Attach tags, by name or id, to attributes of several events (`attributes_by_event`), all or nothing.

    Returns the number of attributes tagged. Raises Forbidden, Invalid.
    """
    tags = [usable_tag(actor, name) for name in dict.fromkeys(names)]
    if not tags:
        raise Invalid(TaggingProblem.NO_TAG())
    return sum(tag_attributes(actor, event, ids, tags, local=local) for event, ids in chosen.items())


@transaction.atomic
def untag_attributes(
    actor: Actor, event_id: int, attribute_ids: Sequence[int], tags: Sequence[Tag]
) -> Sequence[bool]:
    actor.require_writing(Permission.TAGGER)
    event = lock_event(actor, event_id)
    chosen = visible_attributes(actor, event, attribute_ids, deleted=False)
    values = {"event": event.pk, "ids": chosen, "tags": [tag.pk for tag in tags]}
    removed = [row[0] for row in cursor().execute(UNLINK, values).fetchall()]
    # Only now is it known which of them were local; a refusal rolls the deletion back.
    for flag in set(removed):
        require_may_tag(actor, event, local=flag)
    if not all(removed):
        touch(event, attribute_audiences(chosen))
    elif removed:
        changed_locally(event)
    _record(actor, IntelAction.TAG_DETACHED, event, tags, {"count": len(removed), "attributes": chosen})
    return removed


def attributes_by_event(actor: Actor, references: Sequence[Any]) -> dict[int, list[int]]:
    texts = [str(reference).strip().lower() for reference in references]
    values = {
        "ids": [number for text in texts if (number := as_int(text)) is not None and 0 < number < 2**63],
        "uuids": [text for text in texts if UUID_FORM.fullmatch(text)],
        **reader_parameters(actor),
    }
    sql = BY_EVENT.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    return dict(cursor().execute(sql, values).fetchall())


def _attach_to_object(actor: Actor, uuid: UUID, tag: str, *, local: bool, relationship_type: str) -> Tagged:
    target, ids = _lock_object(actor, uuid)
    chosen = usable_tag(actor, tag)
    added = tag_attributes(
        actor,
        target.event.pk,
        ids,
        [chosen],
        local=local,
        relationship_type=relationship_type,
        exclusive=False,
    )
    return Tagged(target, chosen, local or chosen.local_only, changed=added > 0)


def _attach_to_report(actor: Actor, uuid: UUID, tag: str, *, local: bool, relationship_type: str) -> Tagged:
    report = find_report(actor, uuid)
    chosen = usable_tag(actor, tag)
    local = local or chosen.local_only
    changed = tag_report(actor, report.id, [tag], local=local, relationship_type=relationship_type)
    event = Event.objects.get(pk=report.event_id)
    return Tagged(Taggable("EventReport", report.id, event), chosen, local, changed=changed > 0)


def _lock_object(actor: Actor, uuid: UUID) -> tuple[Taggable, list[int]]:
    found = find_object(actor, uuid)
    rows = cursor().execute("SELECT id FROM attribute WHERE object_id = %s AND NOT deleted", (found.id,))
    event = lock_event(actor, found.event_id)
    return Taggable("Object", found.id, event), [row[0] for row in rows.fetchall()]


def _record(
    actor: Actor, act: AuditAction, event: Event, tags: Sequence[Tag], change: Mapping[str, Any]
) -> None:
    names = ", ".join(tag.name for tag in tags)
    record(actor, act, event_target(event), {"tag": names, **change})


LINK = """
INSERT INTO attribute_tag (attribute_id, event_id, tag_id, local, relationship_type)
SELECT chosen.id, %(event)s, tag.id, tag.local, %(relationship)s
FROM unnest(%(ids)s::bigint[]) AS chosen (id)
CROSS JOIN unnest(%(tags)s::bigint[], %(local)s::boolean[], %(scopes)s::text[]) AS tag (id, local, scope)
WHERE NOT EXISTS (
    SELECT 1 FROM attribute_tag t WHERE t.attribute_id = chosen.id AND t.tag_id = tag.id
) AND (tag.scope = '' OR NOT EXISTS (
    SELECT 1 FROM attribute_tag t JOIN tag other ON other.id = t.tag_id
    WHERE t.attribute_id = chosen.id AND starts_with(lower(other.name), tag.scope)
))
RETURNING local
"""

UNLINK = """
DELETE FROM attribute_tag
WHERE event_id = %(event)s AND attribute_id = ANY(%(ids)s::bigint[]) AND tag_id = ANY(%(tags)s::bigint[])
RETURNING local
"""

BY_EVENT = """
SELECT a.event_id, array_agg(a.id ORDER BY a.id)
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE (a.id = ANY(%(ids)s::bigint[]) OR a.uuid = ANY(%(uuids)s::uuid[])) AND NOT a.deleted
  AND {event} AND {attribute}
GROUP BY a.event_id ORDER BY a.event_id
"""
