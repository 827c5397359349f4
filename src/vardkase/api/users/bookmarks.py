"""bookmarks/*: bookmarks of a user or an organisation."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Flag, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.identity.bookmarks import services
from vardkase.identity.bookmarks.models import Bookmark

ABOUT_ADD = Description("POST a Bookmark object to this API to keep it.")
ABOUT_EDIT = Description(
    "POST a Bookmark object to this API to change it.", url="/bookmarks/edit/[bookmark_id]"
)


class BookmarkBody(Body, kw_only=True):
    model = "Bookmark"

    name: Text = ""
    url: Text = ""
    comment: Text = ""
    exposed_to_org: Flag = False


class NewBookmarkBody(BookmarkBody, kw_only=True):
    name: Mandatory[Text] = ""
    url: Mandatory[Text] = ""


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


@endpoint("bookmarks/index", answers="[Bookmark]")
def index(call: Call) -> Json:
    """List the caller's bookmarks and those shared with the caller's organisation."""
    return Json([{"Bookmark": bookmark_dict(bookmark)} for bookmark in services.bookmarks(call.actor)])


@endpoint("bookmarks/view", answers="Bookmark")
def view(call: Call, bookmark_id: str) -> Json:
    """Return one bookmark."""
    return Json({"Bookmark": bookmark_dict(services.find_bookmark(call.actor, bookmark_id))})


@endpoint("bookmarks/add", writes=True, describes=ABOUT_ADD, answers="Bookmark")
def add(call: Call, *, body: NewBookmarkBody) -> Json:
    try:
        bookmark = services.add_bookmark(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add Bookmark", "/bookmarks/add", error.errors) from error
    return Json({"Bookmark": bookmark_dict(bookmark)})


@endpoint("bookmarks/edit", writes=True, describes=ABOUT_EDIT, answers="Bookmark")
def edit(call: Call, bookmark_id: str, *, body: BookmarkBody) -> Json:
    try:
        bookmark = services.edit_bookmark(call.actor, bookmark_id, body.sent)
    except Invalid as error:
        raise SaveFailed("edit Bookmark", f"/bookmarks/edit/{bookmark_id}", error.errors) from error
    return Json({"Bookmark": bookmark_dict(bookmark)})


@endpoint("bookmarks/delete", writes=True)
def delete(call: Call, bookmark_id: str) -> Saved:
    """Delete a bookmark."""
    services.delete_bookmark(call.actor, bookmark_id)
    return saved("Bookmark deleted.", f"/bookmarks/delete/{bookmark_id}", id=bookmark_id)
