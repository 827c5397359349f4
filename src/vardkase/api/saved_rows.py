"""Rows in the form MISP returns right after saving: plainer than in a view, with both value columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vardkase.formats.misp_json import structs
from vardkase.formats.misp_json.columns import members_of, written
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import ReferenceRow
from vardkase.intel.models import Attribute, AttributeTag, Object, ObjectReference
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import Tag


def stored_attribute(attribute_id: int) -> dict[str, Any]:
    return attribute_body(Attribute.objects.get(pk=attribute_id))


def stored_attributes(actor: Actor, attribute_ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = Attribute.objects.in_bulk(list(attribute_ids))
    links = list(
        AttributeTag.objects.filter(attribute__in=attribute_ids).select_related("tag").order_by("pk")
    )
    show_own_colours(actor, [link.tag for link in links])
    tags: dict[int, list[dict[str, Any]]] = {}
    for link in links:
        tags.setdefault(link.attribute_id, []).append(_tag(link.tag))
    return [
        attribute_body(rows[identifier]) | ({"Tag": tags[identifier]} if identifier in tags else {})
        for identifier in attribute_ids
    ]


def stored_tags(actor: Actor, attribute_id: int) -> list[dict[str, Any]]:
    links = list(AttributeTag.objects.filter(attribute=attribute_id).select_related("tag").order_by("pk"))
    show_own_colours(actor, [link.tag for link in links])
    return [
        {
            "id": str(link.pk),
            "attribute_id": str(link.attribute_id),
            "event_id": str(link.event_id),
            "tag_id": str(link.tag_id),
            "local": link.local,
            "relationship_type": link.relationship_type or None,
            "Tag": _tag(link.tag),
        }
        for link in links
    ]


def tags_of_edited(actor: Actor, attribute_id: int) -> list[dict[str, Any]]:
    """The tags of one attribute as an edit returns them: including those that documents omit, without their
    owner."""
    tags = list(Tag.objects.filter(attribute_tags__attribute=attribute_id).order_by("attribute_tags__pk"))
    show_own_colours(actor, tags)
    return [{name: value for name, value in tag_dict(tag).items() if name != "org_id"} for tag in tags]


def _tag(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.pk),
        "name": tag.name,
        "colour": tag.colour,
        "numerical_value": tag.numerical_value,
    }


def stored_object(object_id: int) -> dict[str, Any]:
    row = Object.objects.get(pk=object_id)
    return object_body(row, Attribute.objects.filter(object=object_id, deleted=False).order_by("pk"))


def object_body(row: Object, attributes: Iterable[Attribute]) -> dict[str, Any]:
    own = zip(structs.Object.__struct_encode_fields__, written(row, OBJECT).values(), strict=False)
    return {**dict(own), "Attribute": [attribute_body(attribute) for attribute in attributes]}


def stored_reference(reference: ObjectReference | ReferenceRow) -> dict[str, Any]:
    return written(reference, REFERENCE)


def attribute_body(attribute: Attribute) -> dict[str, Any]:
    return written(attribute, ATTRIBUTE)


ATTRIBUTE = members_of(structs.SplitAttribute)
OBJECT = members_of(structs.Object)
REFERENCE = (
    "id", "uuid", "timestamp", "object_id", "event_id", "source_uuid", "referenced_uuid", "referenced_id",
    "referenced_type", "relationship_type", "comment", "deleted",
)  # fmt: skip
