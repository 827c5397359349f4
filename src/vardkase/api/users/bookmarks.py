"""bookmarks/*: bookmarks of a user or an organisation."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.bookmarks import services
from vardkase.identity.bookmarks.models import Bookmark

ABOUT_ADD = Description(
    "POST a Bookmark object to this API to keep it.", ["name", "url"], ["comment", "exposed_to_org"]
)
ABOUT_EDIT = Description(
    "POST a Bookmark object to this API to change it.",
    (),
    ["name", "url", "comment", "exposed_to_org"],
    "/bookmarks/edit/[bookmark_id]",
)


def bookmark_dict(bookmark: Bookmark) -> dict[str, Any]:
    return {
        "id": str(bookmark.pk),
        "user_id": str(bookmark.user_id),
        "org_id": str(bookmark.org_id),
        "name": bookmark.name,
        "url": bookmark.url,
        "exposed_to_org": bookmark.exposed_to_org,
        "comment": bookmark.comment,
    }


@endpoint("bookmarks/index")
def index(call: Call) -> Answer:
    """List the caller's bookmarks and those shared with the caller's organisation."""
    return Json([{"Bookmark": bookmark_dict(bookmark)} for bookmark in services.bookmarks(call.actor)])


@endpoint("bookmarks/view")
def view(call: Call) -> Answer:
    """Return one bookmark."""
    return Json({"Bookmark": bookmark_dict(services.find_bookmark(call.actor, call.arg(0)))})


@endpoint("bookmarks/add", writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        bookmark = services.add_bookmark(call.actor, call.data("Bookmark"))
    except Invalid as error:
        raise SaveFailed("add Bookmark", "/bookmarks/add", error.errors) from error
    return Json({"Bookmark": bookmark_dict(bookmark)})


@endpoint("bookmarks/edit", writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    try:
        bookmark = services.edit_bookmark(call.actor, call.arg(0), call.data("Bookmark"))
    except Invalid as error:
        raise SaveFailed("edit Bookmark", f"/bookmarks/edit/{call.arg(0)}", error.errors) from error
    return Json({"Bookmark": bookmark_dict(bookmark)})


@endpoint("bookmarks/delete", writes=True)
def delete(call: Call) -> Answer:
    """Delete a bookmark."""
    services.delete_bookmark(call.actor, call.arg(0))
    return saved("Bookmark deleted.", f"/bookmarks/delete/{call.arg(0)}", id=call.arg(0))
