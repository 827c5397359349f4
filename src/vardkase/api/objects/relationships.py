"""objectRelationships/*: relationship types for object references."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import AnyText, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.object_templates import relationships
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.misp.flags import as_int

MODEL = "ObjectRelationship"
ABOUT_ADD = Description("Add a word for how one thing refers to another.")
ABOUT_EDIT = Description(
    "Change a word of your own; what is not sent stays.",
    url="/objectRelationships/edit/[relationship_id]",
)


class ObjectRelationshipChanges(Body, kw_only=True):
    model = MODEL

    name: AnyText = None
    description: AnyText = None
    format: AnyText = None


class ObjectRelationshipBody(ObjectRelationshipChanges, kw_only=True):
    name: Mandatory[AnyText] = None


@endpoint("object_relationships/index")
def index(_call: Call, *, params: Paging) -> Json:
    """List the relationship types by name."""
    types = relationships.relationships()
    chosen = params.of(list(types.values_list("pk", flat=True)), LARGEST)
    rows = types.in_bulk(chosen)
    return Json([{MODEL: _body(rows[number])} for number in chosen])


@endpoint(
    "object_relationships/add", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_ADD
)
def add(call: Call, *, body: ObjectRelationshipBody) -> Json:
    """Add a relationship type; returns it."""
    return Json({MODEL: _body(relationships.add_relationship(call.actor, body.sent))})


@endpoint(
    "object_relationships/edit", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_EDIT
)
def edit(call: Call, relationship_id: str, *, body: ObjectRelationshipChanges) -> Json:
    """Edit the name, description or format of one of the organisation's own relationship types; returns it."""
    number = as_int(relationship_id) or 0
    return Json({MODEL: _body(relationships.edit_relationship(call.actor, number, body.sent))})


@endpoint("object_relationships/delete", requires=(Permission.OBJECT_TEMPLATE,), writes=True)
def delete(call: Call, relationship_id: str) -> Saved:
    """Delete one of the organisation's own relationship types."""
    number = as_int(relationship_id) or 0
    relationships.delete_relationship(call.actor, number)
    return saved("ObjectRelationship deleted", f"/objectRelationships/delete/{number}", id=str(number))


def _body(word: ObjectRelationship) -> dict[str, Any]:
    return {
        "id": str(word.pk),
        "version": str(word.version),
        "name": word.name,
        "description": word.description,
        "format": word.format,
    }
