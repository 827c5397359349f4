"""Correcting a tag for everyone by the organisation that made it, while it is unused.

Whether others know the tag must not show: for the organisation it is taken back and made anew, and the row is deleted
only if nobody else knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models.functions import Lower

from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, TagMaker
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.knowledge.taxonomies.queries import named_tags

KEPT = ("name", "colour", "exportable", "hide_tag", "local_only", "numerical_value", "org_id", "user_id")


def made_anew(
    actor: Actor, tag: Tag, values: Mapping[str, Any], create: Callable[[Mapping[str, Any]], Tag]
) -> Tag:
    """Raises Conflict while it is in use, or if there is a tag of the new name that the organisation knows."""
    others = named_tags(actor).exclude(pk=tag.pk).annotate(lowered=Lower("name"))
    if others.filter(lowered=values.get("name", tag.name).lower()).exists():
        raise Conflict(TagProblem.NAME_TAKEN())
    before = {key: getattr(tag, key) for key in KEPT}
    fans = list(_fans(actor, tag).values_list("user_id", flat=True))
    take_back(actor, tag)
    made = create({**before, **values})
    FavouriteTag.objects.bulk_create(
        (FavouriteTag(user_id=user_id, tag=made) for user_id in fans), ignore_conflicts=True
    )
    return made


def take_back(actor: Actor, tag: Tag) -> None:
    """The actor's organisation no longer knows the tag; raises Conflict while it can read something that has it."""
    TagMaker.objects.filter(tag=tag, org_id=actor.organisation_id).delete()
    if named_tags(actor).filter(pk=tag.pk).exists():
        raise Conflict(TagProblem.IN_USE())
    _fans(actor, tag).delete()
    if cursor().execute(KNOWN, {"tag": tag.pk}).fetchone() is None:
        tag.delete()


def _fans(actor: Actor, tag: Tag) -> Any:
    return FavouriteTag.objects.filter(tag=tag, user__org_id=actor.organisation_id)


KNOWN = """
SELECT 1 FROM tag_maker WHERE tag_id = %(tag)s
UNION ALL SELECT 1 FROM favourite_tag WHERE tag_id = %(tag)s
UNION ALL SELECT 1 FROM tag_collection_tag WHERE tag_id = %(tag)s
UNION ALL SELECT 1 FROM event_tag WHERE tag_id = %(tag)s
UNION ALL SELECT 1 FROM attribute_tag WHERE tag_id = %(tag)s
UNION ALL SELECT 1 FROM event_report_tag WHERE tag_id = %(tag)s
LIMIT 1
"""
