"""Creating objects from existing values: attributes of the event, or values parsed from a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import NewAttribute, NewObject, columns_of
from vardkase.intel.editing.bulk_edit import readable_attributes
from vardkase.intel.editing.deletion import remove_attributes, soft_delete_attributes
from vardkase.intel.kernel.attribute_assembler import Assembler
from vardkase.intel.kernel.audiences import attribute_audiences, object_audiences
from vardkase.intel.kernel.locking import lock_own_event, touch
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event
from vardkase.intel.problems import AttributeProblem, ObjectProblem
from vardkase.intel.services.events import store_parts
from vardkase.intel.services.object_templates import check_requirements
from vardkase.intel.services.objects import add_object, refuse_rejected
from vardkase.intel.sightings.services import copy_sightings
from vardkase.knowledge.object_templates.matching import misplaced, type_of
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.queries import find_active_template
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_int

NOT_COPIED = frozenset({"id", "uuid", "event_id", "object_id", "object_relation", "timestamp"})
"""The columns that the copy in the object does not take from the attribute."""


@transaction.atomic
def group_attributes(
    actor: Actor, event_id: int, template_ref: str, relations: Mapping[int, str], about: Mapping[str, Any]
) -> int:
    """Move loose attributes of an event into a new object, each under its relation; returns the object's id.

    `relations` is attribute id → relation, `about` may hold ``distribution`` (by default that of the event),
    ``sharing_group_id`` and ``comment``. Each attribute is recreated inside, with its tags and sightings, and
    the loose one is deleted: peers know its uuid as a loose attribute and would reject it in an object.
    Raises NotFound (event, template, or one of the attributes), NotYours, Invalid, SharingGroupRefused.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    template = find_active_template(template_ref)
    chosen = _loose_attributes(actor, event, list(relations))
    _refuse_misplaced(template, [(relations[attribute.pk], attribute.type) for attribute in chosen])
    now = now_seconds()
    row = _new_object(actor, template, about, now)
    copied = [name for name in columns_of(Attribute) if name not in NOT_COPIED]
    row.attributes = [
        NewAttribute(
            uuid=str(uuid4()),
            object_relation=relations[attribute.pk],
            timestamp=now,
            **{name: getattr(attribute, name) for name in copied},
        )
        for attribute in chosen
    ]
    store_parts(event, [], [row], TagLoader(actor, ()), now)
    audiences = object_audiences([row.id]) | attribute_audiences([attribute.pk for attribute in chosen])
    _take_over(event, {old.pk: new.id for old, new in zip(chosen, row.attributes, strict=True)})
    touch(event, audiences)
    change = {"attributes": [attribute.pk for attribute in chosen]}
    record(actor, IntelAction.OBJECT_GROUPED, Target("object", row.id, UUID(row.uuid), row.name), change)
    return row.id


@transaction.atomic
def object_of_findings(
    actor: Actor,
    event_id: int,
    template_ref: str,
    findings: Sequence[tuple[Any, str]],
    about: Mapping[str, Any],
) -> int:
    """Add an object from (attribute document, relation) pairs extracted from a text; returns its id.

    A type such as ``ip-src/ip-dst`` becomes that of the relation. Raises NotFound, NotYours, Invalid,
    SharingGroupRefused.
    """
    actor.require(Permission.ADD)
    lock_own_event(actor, event_id)
    template = find_active_template(template_ref)
    documents = [part for part, _ in findings if isinstance(part, dict)]
    if len(documents) != len(findings):
        raise Invalid({"attributes": [AttributeProblem.NOT_A_LIST()]})
    _refuse_misplaced(template, [(relation, str(part.get("type"))) for part, relation in findings])
    parts = [
        {**part, "object_relation": relation, "type": type_of(template, relation)}
        for part, relation in findings
    ]
    document = _document(template, about)
    _require_group(actor, document)
    return add_object(actor, event_id, {**document, "Attribute": parts})


def _loose_attributes(actor: Actor, event: Event, ids: Sequence[int]) -> list[Attribute]:
    readable = readable_attributes(actor, event, ids, deleted=False)
    chosen = list(Attribute.objects.filter(pk__in=readable, object=None).order_by("pk"))
    if not chosen or len(chosen) != len(ids):
        raise NotFound(AttributeProblem.NONE_CHOSEN())
    return chosen


def _refuse_misplaced(template: ObjectTemplate, fields: Sequence[tuple[str, str]]) -> None:
    for relation, kind in fields:
        if (errors := misplaced(template, relation, kind)) is not None:
            raise Invalid(errors)
    about = {"template_uuid": template.uuid, "template_version": template.version}
    check_requirements(about, [relation for relation, _ in fields])


def _document(template: ObjectTemplate, about: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        "name": template.name,
        "meta-category": template.meta_category,
        "description": template.description,
        "template_uuid": str(template.uuid),
        "template_version": template.version,
    }
    reach = about.get("distribution")
    options = {name: about[name] for name in ("comment", "sharing_group_id") if about.get(name) is not None}
    return {**own, **options, "distribution": Distribution.INHERIT if reach in (None, "") else reach}


def _require_group(actor: Actor, document: Mapping[str, Any]) -> None:
    reach, group = (as_int(document.get(name)) or 0 for name in ("distribution", "sharing_group_id"))
    SharingGroups(actor).required(reach, group, None)


def _new_object(actor: Actor, template: ObjectTemplate, about: Mapping[str, Any], now: int) -> NewObject:
    document = _document(template, about)
    _require_group(actor, document)
    rejections = Rejections()
    row = Assembler(actor, now=now, rejections=rejections).new_object(document, "Object")
    refuse_rejected(rejections, document)
    if row is None:
        raise Invalid(ObjectProblem.NOT_SAVED())
    return row


def _take_over(event: Event, copies: Mapping[int, int]) -> None:
    cursor().execute(COPY_TAGS, {"old": list(copies.keys()), "new": list(copies.values())})
    copy_sightings(copies)
    # Softly if peers may have the loose ones, so that they learn of it; otherwise nothing of them need stay.
    if event.publish_timestamp or event.locked:
        soft_delete_attributes(event.pk, list(copies))
    else:
        remove_attributes(event.pk, list(copies))


COPY_TAGS = """
INSERT INTO attribute_tag (attribute_id, event_id, tag_id, local, relationship_type)
SELECT made.new, t.event_id, t.tag_id, t.local, t.relationship_type
FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS made (old, new) JOIN attribute_tag t ON t.attribute_id = made.old
ORDER BY t.id
"""
