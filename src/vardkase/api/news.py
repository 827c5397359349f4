"""news/*: announcements by site administrators."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.news import services
from vardkase.identity.news.models import News

PROFILES = EVERY

PAGE = 60
ABOUT_ADD = Description("POST a News object to this API to tell everybody something.")
ABOUT_EDIT = Description("POST a News object to this API to change it.", url="/news/edit/[news_id]")


class NewsBody(Body, kw_only=True):
    model = "News"

    title: Text = ""
    message: Text = ""


class NewNewsBody(NewsBody, kw_only=True):
    title: Mandatory[Text] = ""
    message: Mandatory[Text] = ""


def news_dict(news: News) -> dict[str, Any]:
    return {
        "id": str(news.pk),
        "message": news.message,
        "title": news.title,
        "user_id": str(news.user_id or 0),
        "date_created": str(news.date_created),
    }


@endpoint("news/index")
@endpoint("admin/news/index", site_admin=True)
def index(call: Call, *, params: Paging) -> Json:
    """List the news, newest first, page by page."""
    limit, offset = params.limit_and_offset(PAGE)
    page = services.news(call.actor)[offset : offset + limit]
    return Json(
        [{"News": news_dict(news), "User": {"email": news.user.email if news.user else ""}} for news in page]
    )


@endpoint("news/add", site_admin=True, writes=True, describes=ABOUT_ADD, answers="News")
def add(call: Call, *, body: NewNewsBody) -> Json:
    try:
        news = services.add_news(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add News", "/news/add", error.errors) from error
    return Json({"News": news_dict(news)})


@endpoint("news/edit", site_admin=True, writes=True, describes=ABOUT_EDIT, answers="News")
def edit(call: Call, news_id: str, *, body: NewsBody) -> Json:
    try:
        news = services.edit_news(call.actor, news_id, body.sent)
    except Invalid as error:
        raise SaveFailed("edit News", f"/news/edit/{news_id}", error.errors) from error
    return Json({"News": news_dict(news)})


@endpoint("news/delete", site_admin=True, writes=True)
def delete(call: Call, news_id: str) -> Saved:
    """Delete a news item."""
    services.delete_news(call.actor, news_id)
    return saved("News item deleted.", f"/news/delete/{news_id}", id=news_id)
