"""Validates and previews an object before it is saved; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import NewObject
from vardkase.intel.kernel.attribute_assembler import Assembler, numbered_parts
from vardkase.intel.kernel.locking import own_event
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.queries.find import find_object
from vardkase.intel.queries.similar_objects import similar_objects
from vardkase.intel.services.object_templates import check_requirements, outside, with_template
from vardkase.intel.services.objects import refuse_rejected
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.queries import newest_version

FILES = frozenset({"data", "base64"})
"""Members of an attribute that hold a file."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Preview of a changed object: its content, similar objects (id → values in common), and the newer
    template's effect.

    `newest` is None unless a newer version exists; `outside` are the relations that it does not have.
    """

    row: NewObject
    similar: dict[int, int]
    newest: ObjectTemplate | None
    outside: list[str]


def revise_object(
    actor: Actor,
    event_ref: str,
    template: ObjectTemplate,
    data: Mapping[str, Any],
    *,
    object_ref: str = "",
    limit: int,
) -> Revision:
    """Check an object before it is added or saved over `object_ref`; nothing is stored.

    Raises NotFound, NotYours, Invalid as saving it would.
    """
    actor.require(Permission.ADD)
    event = own_event(actor, event_ref)
    stored = find_object(actor, object_ref) if object_ref else None
    if stored is not None and stored.event_id != event.id:
        raise Invalid({"object_id": [ObjectProblem.IN_ANOTHER_EVENT()]})
    row = _preview(actor, template, data)
    row.event_id, row.id, row.uuid = (
        event.id,
        stored.id if stored else 0,
        str(stored.uuid) if stored else row.uuid,
    )
    values = [
        (str(attribute.object_relation), attribute.value1, attribute.value2 or "")
        for attribute in row.attributes
    ]
    similar = similar_objects(actor, event.id, row.name, values, but=stored.id if stored else 0, limit=limit)
    newest = newest_version(str(template.uuid), template.version)
    held = [(str(attribute.object_relation), attribute.type) for attribute in row.attributes]
    return Revision(row, similar, newest, outside(newest, held) if newest else [])


def _preview(actor: Actor, template: ObjectTemplate, data: Mapping[str, Any]) -> NewObject:
    about = {"template_uuid": str(template.uuid), "template_version": template.version}
    # Without files, which would be stored: nothing of a preview may stay.
    parts = [
        {name: value for name, value in part.items() if name not in FILES} if isinstance(part, dict) else part
        for _, part in numbered_parts(data.get("Attribute"), "Attribute")
    ]
    document = with_template({**data, **about, "Attribute": parts})
    rejections = Rejections()
    row = Assembler(actor, now=now_seconds(), rejections=rejections).new_object(document, "Object")
    refuse_rejected(rejections, document)
    if row is None or not row.attributes:
        raise Invalid(ObjectProblem.NO_ATTRIBUTES())
    check_requirements(document, [str(attribute.object_relation) for attribute in row.attributes])
    return row
