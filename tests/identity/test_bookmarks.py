"""Bookmarks of users, private or shared with their organisation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.identity.bookmarks.models import Bookmark

KEPT = {"name": "Events", "url": "/events/index"}


def keep(key: str, **fields: Any) -> tuple[int, Any]:
    return call(key, "POST", "/bookmarks/add", {"Bookmark": {**KEPT, **fields}})


def test_bookmark_is_added_edited_and_removed(seed: Seed) -> None:
    status, body = keep(seed.analyst.key, comment="mine")
    bookmark = body["Bookmark"]
    assert status == 200
    assert bookmark == {
        "id": bookmark["id"],
        "user_id": str(seed.analyst.user.pk),
        "org_id": str(seed.org_a.pk),
        **KEPT,
        "exposed_to_org": False,
        "comment": "mine",
    }
    number = bookmark["id"]
    changed = call(seed.analyst.key, "POST", f"/bookmarks/edit/{number}", {"url": "https://a.example/x"})[1]
    assert changed["Bookmark"]["url"] == "https://a.example/x"
    assert call(seed.analyst.key, "GET", f"/bookmarks/view/{number}")[1] == changed
    assert call(seed.analyst.key, "POST", f"/bookmarks/delete/{number}")[0] == 200
    assert call(seed.analyst.key, "GET", "/bookmarks/index")[1] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "//evil.example"),
        ("url", "/\\evil.example"),
        ("url", "data:text/html,x"),
        ("url", " "),
        ("url", "https://a b"),
        ("name", ""),
        ("name", "x" * 192),
        ("comment", {"a": 1}),
    ],
)
def test_invalid_bookmark_is_refused(seed: Seed, field: str, value: Any) -> None:
    status, body = keep(seed.analyst.key, **{field: value})
    assert (status, list(body["errors"])) == (403, [field])
    assert not Bookmark.objects.exists()


def test_shared_bookmark_is_visible_to_organisation_and_edited_by_administrators(seed: Seed) -> None:
    own = keep(seed.analyst.key)[1]["Bookmark"]["id"]
    shown = keep(seed.analyst.key, exposed_to_org="1")[1]["Bookmark"]["id"]
    for key, numbers in (
        (seed.analyst.key, [own, shown]),
        (seed.colleague.key, [shown]),
        (seed.org_admin.key, [shown]),
        (seed.partner.key, []),
        (seed.site_admin.key, []),
    ):
        assert [row["Bookmark"]["id"] for row in call(key, "GET", "/bookmarks/index")[1]] == numbers
    for key in (seed.colleague.key, make_key(seed.analyst.user, read_only=True), None):
        assert call(key, "POST", f"/bookmarks/edit/{shown}", {"name": "x"})[0] == 403
    for key, number in ((seed.partner.key, shown), (seed.org_admin.key, own), (seed.site_admin.key, own)):
        assert call(key, "POST", f"/bookmarks/delete/{number}")[0] == 404
    assert call(seed.org_admin.key, "POST", f"/bookmarks/delete/{shown}")[0] == 200
    assert str(Bookmark.objects.get().pk) == own
