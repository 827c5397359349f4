"""Services for tag collections: create, edit, delete, fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.problems import TagCollectionProblem
from vardkase.knowledge.tag_collections.models import TagCollection, TagCollectionTag
from vardkase.knowledge.tag_collections.queries import find_collection, may_edit, tags_of
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.flags import as_bool

LONGEST_NAME = 255


@transaction.atomic
def add_collection(
    actor: Actor, data: Mapping[str, Any], tags: Sequence[Mapping[str, Any]] = ()
) -> TagCollection:
    actor.require_writing(Permission.TAG_EDITOR)
    values = {"name": "", **_values(data)}
    if not values["name"]:
        raise Invalid({"name": [TagCollectionProblem.NAME_MISSING()]})
    values |= _free_uuid(data.get("uuid"))
    collection = TagCollection.objects.create(
        org_id=actor.organisation_id, user_id=actor.user_id or 0, **values
    )
    added = _add_missing(actor, collection, tags) if tags else []
    record(
        actor,
        KnowledgeAction.TAG_COLLECTION_ADDED,
        Target.of(collection),
        {"tags": [tag.name for tag in added]},
    )
    return find_collection(actor, collection.pk)


@transaction.atomic
def edit_collection(
    actor: Actor, reference: str, data: Mapping[str, Any], tags: Sequence[Mapping[str, Any]] | None = None
) -> TagCollection:
    """Change the fields in `data`, and make `tags` its tags, if given. Raises as `add_tags`."""
    collection = _lock_editable(actor, reference)
    values = _values(data)
    if not values.get("name", collection.name):
        raise Invalid({"name": [TagCollectionProblem.NAME_MISSING()]})
    TagCollection.objects.filter(pk=collection.pk).update(**values)
    if tags is not None:
        _replace_tags(actor, collection, tags)
    record(actor, KnowledgeAction.TAG_COLLECTION_EDITED, Target.of(collection), {"fields": sorted(values)})
    return find_collection(actor, collection.pk)


@transaction.atomic
def delete_collection(actor: Actor, reference: str) -> None:
    collection = _lock_editable(actor, reference)
    record(actor, KnowledgeAction.TAG_COLLECTION_DELETED, Target.of(collection))
    TagCollection.objects.filter(pk=collection.pk).delete()


@transaction.atomic
def add_tags(actor: Actor, reference: str, tags: Sequence[Mapping[str, Any]]) -> list[Tag]:
    """Add tags, by name or id, to a collection; returns the new ones.

    Raises NotFound, Forbidden, or Invalid if one is not a tag that the actor may use.
    """
    collection = _lock_editable(actor, reference)
    added = _add_missing(actor, collection, tags)
    record(
        actor,
        KnowledgeAction.TAG_COLLECTION_TAGS_ADDED,
        Target.of(collection),
        {"tags": [tag.name for tag in added]},
    )
    return added


@transaction.atomic
def remove_tag(actor: Actor, reference: str, tag: Mapping[str, Any]) -> Tag:
    collection = _lock_editable(actor, reference)
    for member in resolve_tags(actor, [tag], may_create=False).values():
        if TagCollectionTag.objects.filter(tag_collection=collection, tag=member).delete()[0]:
            record(
                actor, KnowledgeAction.TAG_COLLECTION_TAG_REMOVED, Target.of(collection), {"tag": member.name}
            )
            return member
    raise Conflict(TagCollectionProblem.TAG_NOT_IN_COLLECTION())


def _replace_tags(actor: Actor, collection: TagCollection, tags: Sequence[Mapping[str, Any]]) -> None:
    kept = {_reference(mention) for mention in tags}
    # Of the tags that the actor sees: one that is reserved for others stays in the collection.
    for tag in tags_of(find_collection(actor, collection.pk)):
        if tag.name.lower() not in kept:
            remove_tag(actor, str(collection.pk), {"id": str(tag.pk)})
    if tags:
        add_tags(actor, str(collection.pk), tags)


def _add_missing(actor: Actor, collection: TagCollection, mentions: Sequence[Mapping[str, Any]]) -> list[Tag]:
    tags = resolve_tags(actor, mentions, may_create=True)
    by_name = tags | {str(tag.pk): tag for tag in tags.values()}
    if not mentions or any(_reference(mention) not in by_name for mention in mentions):
        raise Invalid(TagCollectionProblem.UNKNOWN_TAG())
    present = set(collection.members.values_list("tag_id", flat=True))
    wanted = {tag.pk: tag for mention in mentions if (tag := by_name[_reference(mention)]).pk not in present}
    new = list(wanted.values())
    rows = [TagCollectionTag(tag_collection=collection, tag=tag) for tag in new]
    TagCollectionTag.objects.bulk_create(rows, ignore_conflicts=True)
    return new


def _reference(mention: Mapping[str, Any]) -> str:
    return str(mention.get("name") or mention.get("id") or "").strip().lower()


def _lock_editable(actor: Actor, reference: str) -> TagCollection:
    actor.require_writing()
    collection = find_collection(actor, reference)
    if not may_edit(actor, collection):
        raise Forbidden(TagCollectionProblem.NOT_OWNER())
    return first_or_not_found(
        TagCollection.objects.select_for_update().filter(pk=collection.pk), TagCollectionProblem.NOT_FOUND()
    )


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("name", "description"):
        if name in data:
            values[name] = _text(name, data[name])
    if "all_orgs" in data:
        values["all_orgs"] = as_bool(data["all_orgs"])
    if len(values.get("name", "")) > LONGEST_NAME:
        raise Invalid({"name": [TagCollectionProblem.NAME_TOO_LONG(most=LONGEST_NAME)]})
    return values


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise Invalid({name: [CommonProblem.NOT_TEXT()]})
    return value.strip()


def _free_uuid(value: object) -> dict[str, UUID]:
    if not value:
        return {}
    if not UUID_FORM.fullmatch(str(value).lower()):
        raise Invalid({"uuid": [CommonProblem.NOT_AN_RFC_4122_UUID()]})
    if TagCollection.objects.filter(uuid=str(value)).exists():
        raise Invalid({"uuid": [TagCollectionProblem.UUID_TAKEN()]})
    return {"uuid": UUID(str(value))}
