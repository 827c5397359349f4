"""Feeds in local folders, and the effect of each feed setting."""

from __future__ import annotations

import base64
import json
import os
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, responds, serving
from tests.exchange.test_feed_fetching import DONE, FIRST, SECOND, add, event, fetch, misp_files, publishing
from tests.factories.seed import Seed
from vardkase.core.problems import stored_wire
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.feeds.headers import basic_authentication
from vardkase.exchange.feeds.models import Feed, FeedRun
from vardkase.intel.models import Attribute, Event, EventTag
from vardkase.knowledge.cached_sources.models import CachedValue

FAILED = "Fetching the feed has failed."


@pytest.fixture(autouse=True)
def at_once(seed: Seed, settings: Any) -> None:
    """No worker runs in these tests, and feeds on this machine are permitted."""
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The feed folder permitted by the operator, next to a file outside it."""
    opened = tmp_path / "feeds"
    opened.mkdir()
    (tmp_path / "secret.txt").write_text("secret.example\n")
    settings.VARDKASE_FEED_FOLDER = str(opened)
    return opened


def local(seed: Seed, path: str | Path, **fields: Any) -> str:
    return add(seed, str(path), input_source="local", **fields)


def values() -> set[str]:
    return set(Attribute.objects.filter(deleted=False).values_list("value1", flat=True))


def tags(uuid: str) -> set[str]:
    return set(EventTag.objects.filter(event__uuid=uuid).values_list("tag__name", flat=True))


def test_file_in_the_feed_folder_is_read_and_kept(seed: Seed, folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "list.txt").write_text("one.example.com\n10.1.1.1\n")
    for path in ("inner/list.txt", folder / "inner" / "list.txt"):
        number = local(seed, path, caching_enabled=True)
        stored = call(seed.site_admin.key, "GET", f"/feeds/view/{number}")[1]["Feed"]
        assert (stored["input_source"], stored["url"]) == ("local", str(path))
        assert len(call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[1]) == 2
        assert fetch(seed, number) == DONE
    call(seed.site_admin.key, "GET", "/feeds/cacheFeeds/all")
    assert values() == {"one.example.com", "10.1.1.1"}
    assert CachedValue.objects.count() == 4
    assert (folder / "inner" / "list.txt").exists()


def test_folder_feed_deletes_its_files_once_fetched(seed: Seed, folder: Path) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1000, "two.example"))
    files[f"/feed/{SECOND}.json"] = b"{}"
    (folder / "feed").mkdir()
    for path, content in files.items():
        (folder / path.lstrip("/")).write_bytes(content)
    number = local(seed, folder / "feed", source_format="misp", delete_local_file=True)
    assert fetch(seed, number) == f"{DONE} Downloaded 1 new event(s). 1 event(s) could not be added."
    left = {path.name for path in (folder / "feed").iterdir()}
    # The event that could not be added stays.
    assert left == {
        "manifest.json",
        "hashes.csv",
        f"{SECOND}.json",
    }
    (folder / "feed" / f"{SECOND}.json").write_bytes(
        json.dumps({"Event": event(SECOND, 1000, "two.example")}).encode()
    )
    assert fetch(seed, number) == f"{DONE} Downloaded 1 new event(s)."
    assert {path.name for path in (folder / "feed").iterdir()} == {"hashes.csv"}


def test_fetched_list_is_deleted_when_configured(seed: Seed, folder: Path) -> None:
    (folder / "list.txt").write_text("one.example.com\n")
    number = local(seed, "list.txt", delete_local_file=True)
    assert (fetch(seed, number), fetch(seed, number)) == (DONE, FAILED)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["../secret.txt", "inner/../../secret.txt", "/etc/passwd", ".", "{}/../secret.txt", ""]
)
def test_paths_outside_the_feed_folder_are_refused(seed: Seed, folder: Path, path: str) -> None:
    body = {"name": "x", "provider": "p", "url": path.format(folder), "input_source": "local"}
    status, answer = call(seed.site_admin.key, "POST", "/feeds/add", body)
    assert (status, list(answer["errors"])) == (403, ["url"])
    assert not Feed.objects.exists()
    number = local(seed, "list.txt")
    Feed.objects.update(url=path.format(folder))  # The stored path is checked again.
    assert fetch(seed, number) == FAILED
    assert values() == set()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "directory"])
def test_links_pipes_and_directories_are_refused(seed: Seed, folder: Path, kind: str) -> None:
    make = {
        "link": lambda: (folder / "list.txt").symlink_to(folder.parent / "secret.txt"),
        "folder": lambda: (folder / "inner").symlink_to(folder.parent),
        "pipe": lambda: os.mkfifo(folder / "list.txt"),
        "directory": (folder / "list.txt").mkdir,
    }
    make[kind]()
    number = local(seed, "inner/secret.txt" if kind == "folder" else "list.txt", delete_local_file=True)
    assert fetch(seed, number) == FAILED
    assert call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[0] == 404
    assert values() == set()
    assert (folder.parent / "secret.txt").exists()


def test_local_feeds_require_a_configured_folder(seed: Seed, folder: Path, settings: Any) -> None:
    (folder / "list.txt").write_text("one.example.com\n")
    number = local(seed, "list.txt")
    settings.VARDKASE_FEED_FOLDER = ""
    assert fetch(seed, number) == FAILED
    body = {"name": "x", "provider": "p", "url": str(folder / "list.txt"), "input_source": "local"}
    assert "VARDKASE_FEED_FOLDER" in str(call(seed.site_admin.key, "POST", "/feeds/add", body)[1]["errors"])


def test_changed_input_source_requires_a_matching_url(seed: Seed, folder: Path) -> None:
    number = add(seed, "https://feed.example/list.txt", headers="X-Key: k3y")
    edit = f"/feeds/edit/{number}"
    status, body = call(seed.site_admin.key, "POST", edit, {"input_source": "local"})
    assert (status, list(body["errors"])) == (403, ["url"])
    assert call(seed.site_admin.key, "POST", edit, {"input_source": "local", "url": "list.txt"})[0] == 200
    assert Feed.objects.get().encrypted_headers == ""  # Headers are not for a local file.
    status, body = call(seed.site_admin.key, "POST", edit, {"input_source": "network"})
    assert (status, list(body["errors"])) == (403, ["url"])


def test_basic_authentication_is_sent_and_stored_encrypted(seed: Seed) -> None:
    def guarded(handler: BaseHTTPRequestHandler) -> None:
        expected = "Basic " + base64.b64encode("häns:s3cret:x".encode()).decode()
        permitted = handler.headers["Authorization"] == expected
        responds(b"one.example.com\n" if permitted else b"", 200 if permitted else 401)(handler)

    with serving(guarded) as server:
        headers = basic_authentication("häns", "s3cret:x")
        number = add(seed, f"{server.url}/list.txt", headers=headers)
        assert fetch(seed, number) == DONE
        call(
            seed.site_admin.key,
            "POST",
            f"/feeds/edit/{number}",
            {"headers": basic_authentication("häns", "wrong")},
        )
        assert fetch(seed, number) == FAILED
    assert "s3cret" not in json.dumps(list(Feed.objects.values("encrypted_headers")))
    assert stored_wire(FeedRun.objects.latest("pk").fault) == "The feed answered with status 401."


def test_time_rules_select_events_of_the_manifest(seed: Seed) -> None:
    files = misp_files(
        event(FIRST, 1_700_000_000, "one.example"), event(SECOND, 1_500_000_000, "two.example")
    )
    with publishing(files) as server:
        for params, expected in (
            ({"timestamp": "2020-01-01"}, [FIRST]),
            ({"timestamp": ["2016-01-01", "2020-01-01"]}, [SECOND]),
            ('{"publish_timestamp": "2020-01-01"}', [FIRST]),
            ({"timestamp": "10000d"}, [FIRST, SECOND]),
            ({}, [FIRST, SECOND]),
        ):
            number = add(seed, f"{server.url}/feed", source_format="misp", rules={"url_params": params})
            assert list(call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[1]) == expected


@pytest.fixture
def tagged(seed: Seed) -> dict[str, str]:
    """A tag and a collection of two tags, as feed settings."""

    def made(path: str, body: dict[str, Any], name: str) -> str:
        return str(call(seed.site_admin.key, "POST", path, body)[1][name]["id"])

    own, *collected = (
        made("/tags/add", {"name": name, "colour": "#00ff00"}, "Tag")
        for name in ("feed:own", "feed:one", "feed:two")
    )
    collection = made("/tag_collections/add", {"name": "of feeds", "all_orgs": True}, "TagCollection")
    for tag in collected:
        call(seed.site_admin.key, "POST", f"/tag_collections/addTag/{collection}/{tag}", {})
    return {"tag_id": own, "tag_collection_id": collection}


def test_fetched_events_get_the_feeds_tags(seed: Seed, tagged: dict[str, str]) -> None:
    wanted = {"feed:own", "feed:one", "feed:two"}
    files = misp_files(event(FIRST, 1000, "one.example"))
    files["/list.txt"] = b"two.example.com\n"
    with publishing(files) as server:
        number = add(seed, f"{server.url}/feed", source_format="misp", **tagged)
        assert call(seed.site_admin.key, "GET", f"/feeds/view/{number}")[1]["Feed"].items() >= tagged.items()
        fetch(seed, number)
        assert tags(FIRST) == {"tlp:green", *wanted}
        number = add(seed, f"{server.url}/list.txt")
        fetch(seed, number)
        call(seed.site_admin.key, "POST", f"/feeds/edit/{number}", tagged)
        fetch(seed, number)  # The event is older than the tags.
    assert tags(str(Event.objects.get(info="A list feed").uuid)) == wanted


def test_settings_disable_correlation_and_publication(seed: Seed) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"))
    files["/list.txt"] = b"two.example.com\n"
    settings = {"disable_correlation": "1", "unpublish_event": "1"}
    with publishing(files) as server:
        fetch(seed, add(seed, f"{server.url}/feed", source_format="misp", settings=settings))
        fetch(seed, add(seed, f"{server.url}/list.txt", settings=settings))
    assert set(Event.objects.values_list("disable_correlation", "published")) == {(True, False)}
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {("10.1.1.1", True), ("CVE-2021-1234", False)}),
        ({"force_to_ids": "1"}, {("10.1.1.1", True), ("CVE-2021-1234", True)}),
        ({"override_ids": "1"}, {("10.1.1.1", False), ("CVE-2021-1234", False)}),
    ],
)
def test_feed_settings_override_to_ids(
    seed: Seed, options: dict[str, str], expected: set[tuple[str, bool]]
) -> None:
    with publishing({"/list.txt": b"10.1.1.1\nCVE-2021-1234\n"}) as server:
        fetch(seed, add(seed, f"{server.url}/list.txt", **options))
    assert set(Attribute.objects.values_list("value1", "to_ids")) == expected


def test_list_goes_into_a_chosen_event_or_gets_a_named_creator(seed: Seed) -> None:
    body = {"info": "Collected", "distribution": 0}
    chosen = call(seed.site_admin.key, "POST", "/events/add", body)[1]["Event"]["id"]
    with publishing({"/list.txt": b"10.1.1.1\n"}) as server:
        fetch(seed, add(seed, f"{server.url}/list.txt", event_id=chosen))
        fetch(seed, add(seed, f"{server.url}/list.txt", orgc_id=seed.org_a.pk, distribution=1, name="theirs"))
    assert Attribute.objects.filter(event=chosen).count() == 1
    stored = Event.objects.get(info="theirs feed")
    assert (stored.orgc, stored.org, stored.distribution) == (seed.org_a, seed.hub, 1)


def test_each_run_is_recorded(seed: Seed) -> None:
    files = {"/list.txt": b"10.1.1.1\n10.1.1.2\n"}
    with publishing(files) as server:
        number = add(seed, f"{server.url}/list.txt")
        fetch(seed, number)
        call(seed.site_admin.key, "GET", f"/feeds/cacheFeeds/{number}")
        files.clear()
        fetch(seed, number)
    runs = FeedRun.objects.order_by("pk").values_list("act", "state", "fault")
    assert [(act, state, stored_wire(fault)) for act, state, fault in runs] == [
        ("fetch", "done", ""),
        ("cache", "done", ""),
        ("fetch", "failed", "The feed answered with status 404."),
    ]
    assert FeedRun.objects.order_by("pk")[0].counts["attributes"] == 2
    assert FeedRun.objects.order_by("pk")[1].counts == {"values": 2}
