"""objectRelationships/*: relationship types for object references."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.paging import LARGEST, paged
from vardkase.api.request import Call
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.object_templates import relationships
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.misp.flags import as_int

MODEL = "ObjectRelationship"
ABOUT_ADD = Description(
    "Add a word for how one thing refers to another.", ("name",), ("description", "format")
)
ABOUT_EDIT = Description(
    "Change a word of your own; what is not sent stays.",
    (),
    ("name", "description", "format"),
    url="/objectRelationships/edit/[relationship_id]",
)


@endpoint("object_relationships/index")
def index(call: Call) -> Answer:
    """List the relationship types by name."""
    types = relationships.relationships()
    chosen = paged(call, list(types.values_list("pk", flat=True)), LARGEST)
    rows = types.in_bulk(chosen)
    return Json([{MODEL: _body(rows[number])} for number in chosen])


@endpoint(
    "object_relationships/add", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_ADD
)
def add(call: Call) -> Answer:
    """Add a relationship type; returns it."""
    return Json({MODEL: _body(relationships.add_relationship(call.actor, call.data(MODEL)))})


@endpoint(
    "object_relationships/edit", requires=(Permission.OBJECT_TEMPLATE,), writes=True, describes=ABOUT_EDIT
)
def edit(call: Call) -> Answer:
    """Edit the name, description or format of one of the organisation's own relationship types; returns it."""
    number = as_int(call.arg(0)) or 0
    return Json({MODEL: _body(relationships.edit_relationship(call.actor, number, call.data(MODEL)))})


@endpoint("object_relationships/delete", requires=(Permission.OBJECT_TEMPLATE,), writes=True)
def delete(call: Call) -> Answer:
    """Delete one of the organisation's own relationship types."""
    number = as_int(call.arg(0)) or 0
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
