"""The colours of tags as an organisation sees them.

An organisation that names a tag which is hidden from it gets the colour that a new tag would have: the colour that
another organisation chose would reveal that the tag exists.
"""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.taxonomies.models import Tag, TagMaker

COLOUR_SEEN = "coalesce(nullif(seen_by.colour, ''), {tag}.colour)"
"""SQL for the colour; with `SEEN_BY`."""
SEEN_BY = "LEFT JOIN tag_maker seen_by ON seen_by.tag_id = {tag}.id AND seen_by.org_id = %(reader_org)s"


def show_own_colours(actor: Actor, tags: Iterable[Tag]) -> None:
    """Give tags that are to be shown, and not saved, the colours that the actor's organisation sees."""
    shown = list(tags)
    if not shown:
        return
    own = TagMaker.objects.filter(org_id=actor.organisation_id, tag__in={tag.pk for tag in shown})
    colours = dict(own.exclude(colour="").values_list("tag_id", "colour"))
    for tag in shown:
        tag.colour = colours.get(tag.pk, tag.colour)
