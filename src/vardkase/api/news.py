"""news/*: announcements by site administrators."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.news import services
from vardkase.identity.news.models import News

PROFILES = EVERY

PAGE = 60
ABOUT_ADD = Description(
    "POST a News object to this API to tell everybody something.", ["title", "message"], ()
)
ABOUT_EDIT = Description(
    "POST a News object to this API to change it.", (), ["title", "message"], "/news/edit/[news_id]"
)


def news_dict(news: News) -> dict[str, Any]:
    return {
        "id": str(news.pk),
        "message": news.message,
        "title": news.title,
        "user_id": str(news.user_id or 0),
        "date_created": str(news.date_created),
    }


@endpoint("news/index")
def index(call: Call) -> Answer:
    """List the news, newest first, page by page."""
    return _index(call)


@endpoint("admin/news/index", site_admin=True)
def admin_index(call: Call) -> Answer:
    """List the news, for those who may edit it."""
    return _index(call)


@endpoint("news/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        news = services.add_news(call.actor, call.data("News"))
    except Invalid as error:
        raise SaveFailed("add News", "/news/add", error.errors) from error
    return Json({"News": news_dict(news)})


@endpoint("news/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    try:
        news = services.edit_news(call.actor, call.arg(0), call.data("News"))
    except Invalid as error:
        raise SaveFailed("edit News", f"/news/edit/{call.arg(0)}", error.errors) from error
    return Json({"News": news_dict(news)})


@endpoint("news/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a news item."""
    services.delete_news(call.actor, call.arg(0))
    return saved("News item deleted.", f"/news/delete/{call.arg(0)}", id=call.arg(0))


def _index(call: Call) -> Answer:
    limit, offset = limit_and_offset(call, PAGE)
    page = services.news(call.actor)[offset : offset + limit]
    return Json(
        [{"News": news_dict(news), "User": {"email": news.user.email if news.user else ""}} for news in page]
    )
