"""Queries for tag collections: those of the actor's organisation and those for everyone."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.own_or_everyones import own_or_everyones_predicate
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import reader_parameters
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.knowledge.problems import TagCollectionProblem
from vardkase.knowledge.tag_collections.models import TagCollection, TagCollectionTag
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import carried_tags
from vardkase.knowledge.taxonomies.rules import may_use

PREFIX = "collection_"
"""Before the id of a collection that stands in the place of a tag, as in MISP."""


def visible_collections(actor: Actor) -> QuerySet[TagCollection]:
    sql = f"SELECT c.id FROM tag_collection c WHERE {own_or_everyones_predicate(actor, 'c')}"
    ids = [row[0] for row in cursor().execute(sql, reader_parameters(actor)).fetchall()]
    members = (
        TagCollectionTag.objects.filter(tag__in=carried_tags(actor)).select_related("tag").order_by("pk")
    )
    return (
        TagCollection.objects.filter(pk__in=ids)
        .order_by("pk")
        .select_related("org")
        .prefetch_related(Prefetch("members", members))
    )


def find_collection(actor: Actor, reference: Reference) -> TagCollection:
    condition = by_reference(reference)
    collection = visible_collections(actor).filter(condition).first() if condition is not None else None
    if collection is None:
        raise NotFound(TagCollectionProblem.NOT_FOUND())
    return collection


def may_edit(actor: Actor, collection: TagCollection) -> bool:
    if actor.is_site_admin:
        return True
    return actor.may(Permission.TAG_EDITOR) and collection.org_id == actor.organisation_id


def tags_of(collection: TagCollection) -> list[Tag]:
    return [member.tag for member in collection.members.all()]


def default_tags(actor: Actor, number: int) -> list[Tag]:
    members = TagCollectionTag.objects.filter(tag_collection=number).select_related("tag")
    return [member.tag for member in members if may_use(actor, member.tag)]


def without_collections(actor: Actor, wanted: Iterable[str]) -> list[str]:
    """The tags in `wanted`, with each ``collection_<id>`` replaced by the ids of its tags. Raises NotFound."""
    tags: list[str] = []
    for name in wanted:
        number = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and number.isdecimal():
            tags += [str(tag.pk) for tag in tags_of(find_collection(actor, number))]
        else:
            tags.append(name)
    return list(dict.fromkeys(tags))
