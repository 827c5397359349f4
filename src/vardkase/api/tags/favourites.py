"""favouriteTags/*: users' favourite tags."""

from __future__ import annotations

from vardkase.api.answers import Toggled, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Reference, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.knowledge.taxonomies import queries, services


class FavouriteBody(Body, kw_only=True):
    model = "FavouriteTag"

    data: Text = ""
    tag_id: Reference = ""


@endpoint("favourite_tags/toggle", writes=True)
def toggle(call: Call, tag_id: str = "", *, body: FavouriteBody) -> Toggled:
    """Toggle a tag as a favourite; its id or name is in ``data``, ``tag_id`` or the path."""
    reference = body.data or body.tag_id or tag_id
    try:
        tag = queries.find_tag(call.actor, reference)
    except NotFound:
        raise MispError(404, "Invalid Tag.") from None
    favourite = services.toggle_favourite(call.actor, tag)
    return toggled("Tag added to favourites." if favourite else "Tag removed from favourites.")
