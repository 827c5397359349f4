"""Configuration of feeds by site administrators."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.exchange.feeds.models import HEADERS, Feed

ASKED = {"name": "TestFeed", "provider": "Somebody", "url": "http://feed.example/list.txt"}
MEMBERS = [
    "id", "name", "provider", "url", "rules", "enabled", "distribution", "sharing_group_id", "tag_id", "default",
    "source_format", "fixed_event", "delta_merge", "event_id", "publish", "override_ids", "settings", "input_source",
    "delete_local_file", "lookup_visible", "headers", "caching_enabled", "force_to_ids", "orgc_id",
    "tag_collection_id",
]  # fmt: skip


def add(seed: Seed, **fields: Any) -> tuple[int, Any]:
    return call(seed.site_admin.key, "POST", "/feeds/add", {"Feed": {**ASKED, **fields}})


def test_feed_is_added_changed_switched_and_deleted(seed: Seed) -> None:
    status, body = add(seed)
    feed = body["Feed"]
    assert (status, list(feed)) == (200, MEMBERS)
    assert (feed["enabled"], feed["source_format"], feed["settings"], feed["rules"]) == (
        False, "freetext", "[]", None,
    )  # fmt: skip
    edit = f"/feeds/edit/{feed['id']}"
    assert (
        call(seed.site_admin.key, "POST", edit, {"Feed": {**feed, "name": "Other"}})[1]["Feed"]["name"]
        == "Other"
    )
    settings = {"csv": {"value": "1,3", "delimiter": ";"}, "common": {"excluderegex": "/^x/i"}}
    changes = {"source_format": "csv", "settings": json.dumps(settings), "caching_enabled": "1"}
    stored = call(seed.site_admin.key, "POST", edit, changes)[1]["Feed"]
    assert (json.loads(stored["settings"]), stored["caching_enabled"]) == (settings, True)
    for action in ("enable", "disable"):
        status, body = call(seed.site_admin.key, "POST", f"/feeds/{action}/{feed['id']}", {})
        assert (status, body["message"]) == (200, f"Feed {action}d.")
        assert Feed.objects.get().enabled is (action == "enable")
    body = call(seed.site_admin.key, "GET", f"/feeds/view/{feed['id']}")[1]
    assert (body["Feed"]["cached_elements"], body["Feed"]["coverage_by_other_feeds"]) == (0, "0%")
    status, body = call(seed.site_admin.key, "POST", f"/feeds/delete/{feed['id']}")
    assert (status, body["message"], body["id"]) == (200, "Feed deleted.", int(feed["id"]))
    assert call(seed.site_admin.key, "GET", f"/feeds/view/{feed['id']}")[1]["message"] == "Invalid Feed."
    assert AuditEntry.objects.filter(target_kind="feed").count() == 6


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"name": ""}, ["name"]),
        (
            {"url": "nourl", "distribution": 9, "source_format": "pdf"},
            ["distribution", "source_format", "url"],
        ),
        ({"url": "file:///etc/passwd"}, ["url"]),
        ({"input_source": "local", "url": "http://x.example"}, ["url"]),
        ({"input_source": "moon"}, ["input_source"]),
        ({"delete_local_file": "1"}, ["delete_local_file"]),
        ({"tag_collection_id": 999999}, ["tag_collection_id"]),
        ({"rules": {"url_params": {"timestamp": "soon"}}}, ["rules"]),
        ({"rules": {"url_params": {"timestamp": ["1", "2", "3"]}}}, ["rules"]),
        ({"distribution": 4}, ["sharing_group_id"]),
        ({"distribution": 4, "sharing_group_id": 999999}, ["sharing_group_id"]),
        ({"tag_id": 999999}, ["tag_id"]),
        ({"orgc_id": 999999}, ["orgc_id"]),
        ({"rules": "[1]"}, ["rules"]),
        ({"settings": {"csv": {"value": "one"}}}, ["settings"]),
        ({"settings": {"csv": {"delimiter": "ab"}}}, ["settings"]),
        ({"settings": {"common": {"excluderegex": "/(/"}}}, ["settings"]),
        ({"settings": {"csv": 1}}, ["settings"]),
        ({"headers": "no colon"}, ["headers"]),
        ({"headers": "X-A: b\nEvil header: c"}, ["headers"]),
        ({"headers": ["X-A: b"]}, ["headers"]),
    ],
)
def test_invalid_fields_are_named(seed: Seed, fields: dict[str, Any], faults: list[str]) -> None:
    status, body = add(seed, **fields)
    assert (status, sorted(body["errors"])) == (403, faults)
    assert not Feed.objects.exists()


def test_headers_are_masked_and_bound_to_their_server(seed: Seed) -> None:
    feed = add(seed, headers="Authorization: Bearer s3cret\nX-Team: soc")[1]["Feed"]
    assert feed["headers"] == "Authorization: *****\nX-Team: *****"
    assert "s3cret" not in Feed.objects.get().encrypted_headers
    edit = f"/feeds/edit/{feed['id']}"
    assert (
        call(seed.site_admin.key, "POST", edit, {"Feed": {**feed, "headers": "Authorization: *****"}})[0]
        == 200
    )
    assert HEADERS.decrypt(Feed.objects.get().encrypted_headers) == "Authorization: Bearer s3cret"
    status, body = call(seed.site_admin.key, "POST", edit, {"url": "https://evil.example/x"})
    assert (status, list(body["errors"])) == (403, ["headers"])
    moved = {"url": "https://new.example/x", "headers": "Authorization: other"}
    assert call(seed.site_admin.key, "POST", edit, moved)[0] == 200
    assert "s3cret" not in json.dumps(list(AuditEntry.objects.values("title", "change")))


def test_default_feeds_are_loaded_once(seed: Seed) -> None:
    for _ in range(2):
        status, body = call(seed.site_admin.key, "POST", "/feeds/loadDefaultFeeds", {})
        assert (status, body["message"]) == (200, "Default feed metadata loaded.")
    listed = call(seed.site_admin.key, "GET", "/feeds/index")[1]
    names = [row["Feed"]["name"] for row in listed]
    assert {"CIRCL OSINT Feed", "The Botvrij.eu Data", "blockrules of rules.emergingthreats.net"} <= set(
        names
    )
    assert len(names) == len(set(names)) > 60
    assert not any(row["Feed"]["enabled"] for row in listed)
    [tagged] = [row for row in listed if row["Feed"]["name"] == "firehol_level1"]
    assert tagged["Tag"]["name"] == 'osint:source-type="block-or-filter-list"'


def test_feeds_of_another_instance_are_imported(seed: Seed) -> None:
    call(seed.site_admin.key, "POST", "/feeds/loadDefaultFeeds", {})
    exported = call(seed.site_admin.key, "GET", "/feeds/index")[1]
    Feed.objects.all()[5:].values_list("pk")
    Feed.objects.filter(source_format="csv").delete()
    left = Feed.objects.count()
    body = call(seed.site_admin.key, "POST", "/feeds/importFeeds", [*exported, {"Feed": {"name": "x"}}, 7])[1]
    assert body["message"] == f"{len(exported) - left} feeds added, 2 could not be added."
    again = call(seed.site_admin.key, "GET", "/feeds/index")[1]
    assert {row["Feed"]["url"] for row in again} == {row["Feed"]["url"] for row in exported}


def test_several_feeds_are_switched_all_or_none(seed: Seed) -> None:
    ids = [add(seed, url=f"http://feed.example/{name}")[1]["Feed"]["id"] for name in "ab"]
    path = "/feeds/toggleSelected/1/0"
    assert call(seed.site_admin.key, "POST", path, {"Feed": {"feed_list": [*ids, "999999"]}})[0] == 404
    assert not Feed.objects.filter(enabled=True).exists()
    body = call(seed.site_admin.key, "POST", path, {"Feed": {"feed_list": json.dumps(ids)}})[1]
    assert body["message"] == "2 feeds enabled."
    call(seed.site_admin.key, "POST", "/feeds/toggleSelected/1/1", {"Feed": {"feed_list": ids[:1]}})
    assert set(Feed.objects.values_list("enabled", "caching_enabled")) == {(True, True), (True, False)}
    assert call(seed.site_admin.key, "POST", path, {"Feed": {"feed_list": "x"}})[0] == 400


def test_permissions_to_view_and_configure_feeds(seed: Seed) -> None:
    number = add(seed)[1]["Feed"]["id"]
    shown = add(seed, name="Shown", url="http://feed.example/b", lookup_visible=True)[1]["Feed"]["id"]
    assert [row["Feed"]["id"] for row in call(seed.analyst.key, "GET", "/feeds/index")[1]] == [shown]
    assert call(seed.analyst.key, "GET", f"/feeds/previewIndex/{number}")[0] == 404
    # Not a member of the host organisation.
    assert call(seed.analyst.key, "GET", f"/feeds/view/{shown}")[0] == 403
    assert call(None, "GET", "/feeds/index")[0] == 403
    read_only = make_key(seed.site_admin.user, read_only=True)
    writes = ("add", f"edit/{number}", f"delete/{number}", f"enable/{number}", "loadDefaultFeeds", "importFeeds",
              f"fetchFromFeed/{number}", "fetchFromAllFeeds", f"cacheFeeds/{number}", f"getEvent/{number}/x",
              f"fetchSelectedFromFreetextIndex/{number}", "toggleSelected/1/0")  # fmt: skip
    for key in (seed.org_admin.key, seed.partner_sync.key, seed.analyst.key, read_only, None):
        for path in writes:
            assert call(key, "POST", f"/feeds/{path}", {})[0] == 403, path
    assert Feed.objects.count() == 2
