"""favouriteTags/*: users' favourite tags."""

from __future__ import annotations

from vardkase.api.answers import Answer, toggled
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.knowledge.taxonomies import queries, services


@endpoint("favourite_tags/toggle", writes=True)
def toggle(call: Call) -> Answer:
    """Toggle a tag as a favourite; its id or name is in ``data``, ``tag_id`` or the path."""
    data = call.data("FavouriteTag")
    reference = str(data.get("data") or data.get("tag_id") or call.arg(0))
    try:
        tag = queries.find_tag(call.actor, reference)
    except NotFound:
        raise MispError(404, "Invalid Tag.") from None
    favourite = services.toggle_favourite(call.actor, tag)
    return toggled("Tag added to favourites." if favourite else "Tag removed from favourites.")
