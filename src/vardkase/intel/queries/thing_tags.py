"""The tags of one event or attribute, with what the link itself says."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.identity.access.actor import Actor
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.knowledge.taxonomies.queries import visible_tags


def links_of(actor: Actor, kind: str, thing: int) -> QuerySet[EventTag] | QuerySet[AttributeTag]:
    """The links of an "event" or "attribute" that the caller has found, to tags the actor may see. In their order."""
    if kind == "event":
        links = EventTag.objects.filter(event=thing, tag__in=visible_tags(actor))
        return links.select_related("tag").order_by("pk")
    attached = AttributeTag.objects.filter(attribute=thing, tag__in=visible_tags(actor))
    return attached.select_related("tag").order_by("pk")
