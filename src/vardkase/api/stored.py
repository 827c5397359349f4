"""Rows in the form MISP returns right after saving: plainer than in a view, with both value columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vardkase.api.value_formats import seen
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.intel.kernel.bulk_insert import NewAttribute, NewObject
from vardkase.intel.models import Attribute, AttributeTag, Object, ObjectReference
from vardkase.intel.queries.rows import ReferenceRow
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


def object_body(row: Object | NewObject, attributes: Iterable[Attribute | NewAttribute]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "meta-category": row.meta_category,
        "description": row.description,
        "template_uuid": row.template_uuid,
        "template_version": str(row.template_version),
        "event_id": str(row.event_id),
        "uuid": str(row.uuid),
        "timestamp": str(row.timestamp),
        "distribution": str(row.distribution),
        "sharing_group_id": str(row.sharing_group_id or 0),
        "comment": row.comment,
        "deleted": row.deleted,
        "first_seen": seen(row.first_seen),
        "last_seen": seen(row.last_seen),
        "Attribute": [attribute_body(attribute) for attribute in attributes],
    }


def stored_reference(reference: ObjectReference | ReferenceRow) -> dict[str, Any]:
    return {
        "id": str(reference.id),
        "uuid": str(reference.uuid),
        "timestamp": str(reference.timestamp),
        "object_id": str(reference.object_id),
        "event_id": str(reference.event_id),
        "source_uuid": str(reference.source_uuid),
        "referenced_uuid": str(reference.referenced_uuid),
        "referenced_id": str(reference.referenced_id),
        "referenced_type": str(reference.referenced_type),
        "relationship_type": reference.relationship_type,
        "comment": reference.comment,
        "deleted": reference.deleted,
    }


def attribute_body(attribute: Attribute | NewAttribute) -> dict[str, Any]:
    return {
        "id": str(attribute.id),
        "event_id": str(attribute.event_id),
        "object_id": str(attribute.object_id or 0),
        "object_relation": attribute.object_relation,
        "category": attribute.category,
        "type": attribute.type,
        "value1": attribute.value1,
        "value2": attribute.value2 or "",
        "to_ids": attribute.to_ids,
        "uuid": str(attribute.uuid),
        "timestamp": str(attribute.timestamp),
        "distribution": str(attribute.distribution),
        "sharing_group_id": str(attribute.sharing_group_id or 0),
        "comment": attribute.comment,
        "deleted": attribute.deleted,
        "disable_correlation": attribute.disable_correlation,
        "first_seen": seen(attribute.first_seen),
        "last_seen": seen(attribute.last_seen),
        "value": attribute.value,
    }
