"""News from site administrators to all users."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.identity.news.models import News

TOLD = {"title": "Maintenance", "message": "On Sunday"}


def test_news_is_added_edited_read_and_deleted(seed: Seed) -> None:
    status, body = call(seed.site_admin.key, "POST", "/news/add", {"News": TOLD})
    news = body["News"]
    assert (status, list(news)) == (200, ["id", "message", "title", "user_id", "date_created"])
    call(seed.site_admin.key, "POST", "/news/add", {**TOLD, "title": "Later"})
    call(seed.site_admin.key, "POST", f"/news/edit/{news['id']}", {"message": "On Monday"})
    for key, path in ((seed.reader.key, "/news/index"), (seed.site_admin.key, "/admin/news/index")):
        answered = call(key, "GET", path)[1]
        assert [(row["News"]["title"], row["News"]["message"]) for row in answered] == [
            ("Later", "On Sunday"),
            ("Maintenance", "On Monday"),
        ]
        assert answered[0]["User"] == {"email": "staff@hub.example"}
    assert len(call(seed.reader.key, "GET", "/news/index/limit:1/page:2")[1]) == 1
    assert (
        call(seed.site_admin.key, "POST", f"/news/delete/{news['id']}")[1]["message"] == "News item deleted."
    )
    assert call(seed.site_admin.key, "POST", f"/news/delete/{news['id']}")[0] == 404
    assert AuditEntry.objects.filter(target_kind="news").count() == 4


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"title": "x" * 256}, {"message": ["x"]}, {"message": None}]
)
def test_invalid_news_is_refused(seed: Seed, fields: dict[str, Any]) -> None:
    status, body = call(seed.site_admin.key, "POST", "/news/add", {**TOLD, **fields})
    assert (status, list(body["errors"])) == (403, list(fields))
    assert not News.objects.exists()


def test_only_site_administrators_write_news(seed: Seed) -> None:
    for key in (seed.org_admin.key, seed.analyst.key, None):
        assert call(key, "POST", "/news/add", TOLD)[0] == 403
    assert call(None, "GET", "/news/index")[0] == 403
