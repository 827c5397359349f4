"""Where feeds lie, and what their settings make of them."""

from __future__ import annotations

import base64
import json
import os
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, says, serving
from tests.exchange.test_feed_contents import DONE, FIRST, SECOND, add, event, fetch, misp_files, publishing
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
    """No worker runs in these tests, and the feeds stand on this machine."""
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The folder that the operator opened, beside one that is nobody's business."""
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


def test_a_file_below_the_folder_is_read_and_stays(seed: Seed, folder: Path) -> None:
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


def test_a_folder_is_a_misp_feed_and_goes_file_by_file_when_wished(seed: Seed, folder: Path) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1000, "two.example"))
    files[f"/feed/{SECOND}.json"] = b"{}"
    (folder / "feed").mkdir()
    for path, content in files.items():
        (folder / path.lstrip("/")).write_bytes(content)
    number = local(seed, folder / "feed", source_format="misp", delete_local_file=True)
    assert fetch(seed, number) == f"{DONE} Downloaded 1 new event(s). 1 event(s) could not be added."
    left = {path.name for path in (folder / "feed").iterdir()}
    assert left == {"manifest.json", "hashes.csv", f"{SECOND}.json"}  # What could not be taken in stays.
    (folder / "feed" / f"{SECOND}.json").write_bytes(
        json.dumps({"Event": event(SECOND, 1000, "two.example")}).encode()
    )
    assert fetch(seed, number) == f"{DONE} Downloaded 1 new event(s)."
    assert {path.name for path in (folder / "feed").iterdir()} == {"hashes.csv"}


def test_a_list_that_was_fetched_goes_when_wished(seed: Seed, folder: Path) -> None:
    (folder / "list.txt").write_text("one.example.com\n")
    number = local(seed, "list.txt", delete_local_file=True)
    assert (fetch(seed, number), fetch(seed, number)) == (DONE, FAILED)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["../secret.txt", "inner/../../secret.txt", "/etc/passwd", ".", "{}/../secret.txt", ""]
)
def test_no_path_leads_out_of_the_folder(seed: Seed, folder: Path, path: str) -> None:
    body = {"name": "x", "provider": "p", "url": path.format(folder), "input_source": "local"}
    status, answer = call(seed.site_admin.key, "POST", "/feeds/add", body)
    assert (status, list(answer["errors"])) == (403, ["url"])
    assert not Feed.objects.exists()
    number = local(seed, "list.txt")
    Feed.objects.update(url=path.format(folder))  # Whatever stands in the row is judged again.
    assert fetch(seed, number) == FAILED
    assert values() == set()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "directory"])
def test_no_link_and_no_pipe_in_the_folder_is_followed(seed: Seed, folder: Path, kind: str) -> None:
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


def test_no_folder_is_open_unless_the_operator_opened_it(seed: Seed, folder: Path, settings: Any) -> None:
    (folder / "list.txt").write_text("one.example.com\n")
    number = local(seed, "list.txt")
    settings.VARDKASE_FEED_FOLDER = ""
    assert fetch(seed, number) == FAILED
    body = {"name": "x", "provider": "p", "url": str(folder / "list.txt"), "input_source": "local"}
    assert "VARDKASE_FEED_FOLDER" in str(call(seed.site_admin.key, "POST", "/feeds/add", body)[1]["errors"])


def test_a_feed_that_moves_must_be_somewhere(seed: Seed, folder: Path) -> None:
    number = add(seed, "https://feed.example/list.txt", headers="X-Key: k3y")
    edit = f"/feeds/edit/{number}"
    status, body = call(seed.site_admin.key, "POST", edit, {"input_source": "local"})
    assert (status, list(body["errors"])) == (403, ["url"])
    assert call(seed.site_admin.key, "POST", edit, {"input_source": "local", "url": "list.txt"})[0] == 200
    assert Feed.objects.get().encrypted_headers == ""  # Nobody is sent anything.
    status, body = call(seed.site_admin.key, "POST", edit, {"input_source": "network"})
    assert (status, list(body["errors"])) == (403, ["url"])


def test_a_name_and_password_go_along_sealed(seed: Seed) -> None:
    def guarded(handler: BaseHTTPRequestHandler) -> None:
        expected = "Basic " + base64.b64encode("häns:s3cret:x".encode()).decode()
        permitted = handler.headers["Authorization"] == expected
        says(b"one.example.com\n" if permitted else b"", 200 if permitted else 401)(handler)

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


def test_times_choose_among_the_announced_events(seed: Seed) -> None:
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
    """A tag of its own and a collection of two, as a feed names them."""

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


def test_everything_bears_the_feeds_tags(seed: Seed, tagged: dict[str, str]) -> None:
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


def test_what_a_feed_brings_may_stay_uncorrelated_and_unpublished(seed: Seed) -> None:
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
def test_the_feed_decides_what_is_for_detection(
    seed: Seed, options: dict[str, str], expected: set[tuple[str, bool]]
) -> None:
    with publishing({"/list.txt": b"10.1.1.1\nCVE-2021-1234\n"}) as server:
        fetch(seed, add(seed, f"{server.url}/list.txt", **options))
    assert set(Attribute.objects.values_list("value1", "to_ids")) == expected


def test_an_event_that_was_chosen_takes_the_list_and_its_creator_may_be_named(seed: Seed) -> None:
    body = {"info": "Collected", "distribution": 0}
    chosen = call(seed.site_admin.key, "POST", "/events/add", body)[1]["Event"]["id"]
    with publishing({"/list.txt": b"10.1.1.1\n"}) as server:
        fetch(seed, add(seed, f"{server.url}/list.txt", event_id=chosen))
        fetch(seed, add(seed, f"{server.url}/list.txt", orgc_id=seed.org_a.pk, distribution=1, name="theirs"))
    assert Attribute.objects.filter(event=chosen).count() == 1
    stored = Event.objects.get(info="theirs feed")
    assert (stored.orgc, stored.org, stored.distribution) == (seed.org_a, seed.hub, 1)


def test_how_each_run_went_is_kept(seed: Seed) -> None:
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
