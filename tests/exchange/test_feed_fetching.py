"""Feeds fetched from real servers, cached and searched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import answer, call, send
from tests.exchange.servers import HERE, Running, responds, serving
from tests.factories.seed import Seed
from vardkase.core.errors import VardkaseError
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import reading, schedules, tasks
from vardkase.exchange.feeds.models import Feed
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.cached_sources.hashing import md5_of
from vardkase.knowledge.cached_sources.models import CachedValue
from vardkase.knowledge.import_expressions.models import ImportExpression

THEIRS = {"uuid": "aaaaaaaa-0000-4000-8000-00000000000a", "name": "ORG-A"}
FIRST, SECOND = "29ce5996-b0a6-5625-a10b-67142095b7ba", "9beec160-4c05-5eb2-ab67-97d62e73b1e5"
LIST = (
    b'# a comment\n10.1.1.1,first\nevil.example.com,second\n"quoted.example",third\nnot an ioc,fourth\n'
    b"d41d8cd98f00b204e9800998ecf8427e,fifth\n"
)
DONE = "Fetching the feed has successfully completed."

type Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def at_once(seed: Seed, settings: Any) -> None:
    """No worker runs in these tests, and feeds on this machine are permitted."""
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


@contextmanager
def publishing(files: Files) -> Iterator[Running]:
    """A server with these files, which may change while it runs."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        content = files.get(handler.path)
        responds(content or b"gone", 200 if content is not None else 404)(handler)

    with serving(reply) as server:
        yield server


def event(uuid: str, timestamp: int, value: str, **fields: Any) -> dict[str, Any]:
    attribute = {
        "type": "domain",
        "category": "Network activity",
        "value": value,
        "timestamp": str(timestamp),
        "uuid": str(uuid5(NAMESPACE_DNS, value)),
        "to_ids": True,
    }
    return {
        "uuid": uuid, "info": f"event {uuid[:4]}", "date": "2026-11-25", "timestamp": str(timestamp), "Orgc": THEIRS,
        "threat_level_id": "2", "analysis": "1", "published": True, "Tag": [{"name": "tlp:green"}],
        "Attribute": [attribute], **fields,
    }  # fmt: skip


def misp_files(*events: dict[str, Any], hashes: bool = True) -> Files:
    about = {
        each["uuid"]: {key: each.get(key) for key in ("Orgc", "Tag", "info", "date")}
        | {"timestamp": int(each["timestamp"]), "analysis": 1, "threat_level_id": 2}
        for each in events
    }
    files = {"/feed/manifest.json": json.dumps(about).encode()}
    files |= {f"/feed/{each['uuid']}.json": json.dumps({"Event": each}).encode() for each in events}
    if hashes:
        lines = [(md5_of(a["value"]), e["uuid"]) for e in events for a in e["Attribute"]]
        files["/feed/hashes.csv"] = "\n".join(",".join(line) for line in lines).encode()
    return files


def add(seed: Seed, url: str, **fields: Any) -> str:
    body = {"name": "A list", "provider": "P", "url": url, "enabled": True, **fields}
    return str(call(seed.site_admin.key, "POST", "/feeds/add", body)[1]["Feed"]["id"])


def fetch(seed: Seed, number: str) -> str:
    return str(call(seed.site_admin.key, "GET", f"/feeds/fetchFromFeed/{number}")[1]["result"])


def test_events_are_fetched_and_updated(seed: Seed) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1000, "two.example"))
    with publishing(files) as server:
        number = add(seed, f"{server.url}/feed/", source_format="misp", distribution=1)
        assert fetch(seed, number) == f"{DONE} Downloaded 2 new event(s)."
        stored = Event.objects.get(uuid=FIRST)
        assert (stored.orgc.name, stored.org, stored.distribution, stored.published) == (
            "ORG-A",
            seed.hub,
            1,
            True,
        )
        assert set(Attribute.objects.values_list("value1", "distribution")) == {
            ("one.example", 5),
            ("two.example", 5),
        }
        assert fetch(seed, number) == DONE
        files |= misp_files(event(FIRST, 2000, "new.example"), event(SECOND, 1000, "two.example"))
        assert fetch(seed, number) == f"{DONE} Downloaded 1 new event(s)."
        assert "new.example" in set(
            Attribute.objects.filter(event__uuid=FIRST).values_list("value1", flat=True)
        )
        del files["/feed/manifest.json"]
        assert fetch(seed, number) == "Fetching the feed has failed."
    assert fetch(seed, number) == "Fetching the feed has failed."
    call(seed.site_admin.key, "POST", f"/feeds/disable/{number}", {})
    assert fetch(seed, number) == "Feed is currently not enabled. Make sure you enable it."


def test_rules_select_events_of_the_manifest(seed: Seed) -> None:
    other = event(SECOND, 1000, "two.example", Tag=[{"name": "tlp:red"}])
    with publishing(misp_files(event(FIRST, 1000, "one.example"), other)) as server:
        rules = {"tags": {"OR": [], "NOT": ["tlp:red"]}, "orgs": {"OR": ["ORG-A"], "NOT": []}}
        number = add(seed, f"{server.url}/feed", source_format="misp", rules=json.dumps(rules))
        assert list(call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[1]) == [FIRST]
        fetch(seed, number)
    assert [str(uuid) for uuid in Event.objects.values_list("uuid", flat=True)] == [FIRST]


def test_feed_cannot_create_or_change_a_members_events(seed: Seed) -> None:
    """Neither with a member's name on a new event, nor with the uuid of a member's event."""
    own = {"uuid": str(seed.org_a.uuid), "name": seed.org_a.name}
    body = {"uuid": SECOND, "info": "ours", "timestamp": "500", "distribution": "1"}
    call(seed.analyst.key, "POST", "/events/add", body)
    forged = event(FIRST, 1000, "one.example", Orgc=own)
    with publishing(misp_files(forged, event(SECOND, 9999999999, "two.example"))) as server:
        number = add(seed, f"{server.url}/feed", source_format="misp")
        assert fetch(seed, number) == f"{DONE} 2 event(s) could not be added."
    assert [each.info for each in Event.objects.all()] == ["ours"]
    assert not Attribute.objects.exists()


def test_single_event_is_previewed_and_fetched(seed: Seed) -> None:
    with publishing(misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1, "two.example"))) as server:
        number = add(seed, f"{server.url}/feed", source_format="misp", lookup_visible=True)
        path = f"/feeds/previewEvent/{number}/{FIRST}"
        assert call(seed.analyst.key, "GET", path)[1]["Event"]["info"] == "event 29ce"
        assert not Event.objects.exists()
        response = send(seed.site_admin.key, "GET", f"/feeds/getEvent/{number}/{FIRST}")
        assert (response.status_code, Event.objects.get().info) == (302, "event 29ce")
        unknown = "00000000-0000-4000-8000-000000000000"
        for action in ("previewEvent", "getEvent"):
            assert call(seed.site_admin.key, "GET", f"/feeds/{action}/{number}/{unknown}")[0] == 404


def test_csv_feed_is_merged_into_one_event(seed: Seed) -> None:
    files = {"/list.csv": LIST}
    table = {"csv": {"value": "1", "delimiter": ","}, "common": {"excluderegex": ""}}
    with publishing(files) as server:
        options = {"source_format": "csv", "delta_merge": "1", "settings": table, "name": "csvfeed"}
        number = add(seed, f"{server.url}/list.csv", **options)
        preview = call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[1]
        assert [(row["default_type"], row["value"]) for row in preview] == [
            ("ip-dst", "10.1.1.1"),
            ("hostname", "evil.example.com"),
            ("filename", "quoted.example"),
            ("md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ]
        assert fetch(seed, number) == DONE
        stored = Event.objects.get()
        assert (stored.info, stored.analysis, stored.threat_level_id, stored.published, stored.attribute_count) == (
            "csvfeed feed", 2, 4, False, 4,
        )  # fmt: skip
        assert call(seed.site_admin.key, "GET", f"/feeds/view/{number}")[1]["Feed"]["event_id"] == str(
            stored.pk
        )
        in_order = Attribute.objects.filter(event=stored).order_by("pk").values_list("value1", flat=True)
        assert list(in_order) == [row["value"] for row in preview]
        files["/list.csv"] = b"10.1.1.1,first\nnew.example.com,sixth\n"
        assert fetch(seed, number) == fetch(seed, number) == DONE
        live = Attribute.objects.filter(event=stored, deleted=False)
        assert set(live.values_list("value1", flat=True)) == {"10.1.1.1", "new.example.com"}
        call(seed.site_admin.key, "POST", f"/feeds/edit/{number}", {"fixed_event": "0", "name": "loose"})
        fetch(seed, number)
        assert list(Event.objects.order_by("pk").values_list("info", flat=True)) == [
            "csvfeed feed",
            "loose feed",
        ]


def test_import_expressions_are_applied_to_a_list_and_its_merge(seed: Seed) -> None:
    ImportExpression.objects.create(regexp="/^evil[.]/", replacement="good.")
    ImportExpression.objects.create(regexp="/^10[.]/")
    with publishing({"/list.csv": LIST}) as server:
        table = {"csv": {"value": "1", "delimiter": ","}}
        options = {"source_format": "csv", "delta_merge": "1", "settings": table}
        number = add(seed, f"{server.url}/list.csv", **options)
        for _ in range(2):
            assert fetch(seed, number) == DONE
            values = Attribute.objects.filter(deleted=False).values_list("value1", flat=True)
            assert sorted(values) == [
                "d41d8cd98f00b204e9800998ecf8427e",
                "good.example.com",
                "quoted.example",
            ]


def test_freetext_feed_yields_attributes(seed: Seed) -> None:
    text = (
        b"Some text with 10.2.2.2 and hxxp://free[.]example[.]com/path, also CVE-2021-1234 and mail "
        b"bad@free.example.com\nskip-me.example.com\n"
    )
    with publishing({"/free.txt": text}) as server:
        options = {
            "publish": "1",
            "override_ids": "1",
            "settings": {"common": {"excluderegex": "/^skip-me/"}},
        }
        number = add(seed, f"{server.url}/free.txt", **options)
        fetch(seed, number)
        stored = Event.objects.get()
        assert stored.published
        assert set(Attribute.objects.values_list("value1", "to_ids")) == {
            ("10.2.2.2", False),
            ("http://free.example.com/path", False),
            ("CVE-2021-1234", False),
            ("bad@free.example.com", False),
        }
        chosen = [{"category": "Network activity", "type": "ip-dst", "value": "10.4.4.4", "to_ids": True}]
        path = f"/feeds/fetchSelectedFromFreetextIndex/{number}"
        response = send(seed.site_admin.key, "POST", path, {"Feed": {"data": json.dumps(chosen)}})
        assert (response.status_code, Attribute.objects.filter(value1="10.4.4.4").count()) == (302, 1)
        for bad in ("nonsense", '[{"type": "nosuch", "value": "x"}]', "[7]"):
            assert call(seed.site_admin.key, "POST", path, {"Feed": {"data": bad}})[0] == 400


@pytest.mark.parametrize("hashes", [True, False])
def test_caches_are_searched_and_compared(seed: Seed, hashes: bool) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1000, "both.example"), hashes=hashes)
    files["/list.txt"] = b"both.example\n10.9.9.9\n"
    with publishing(files) as server:
        misp = add(
            seed, f"{server.url}/feed", source_format="misp", lookup_visible=True, caching_enabled=True
        )
        listed = add(seed, f"{server.url}/list.txt", caching_enabled=True)
        status, body = call(seed.site_admin.key, "GET", "/feeds/cacheFeeds/all")
        assert (status, body["message"]) == (200, "Caching the feeds has successfully completed.")
    search = {"value": "both.example"}
    hits = call(seed.site_admin.key, "POST", "/feeds/searchCaches", search)[1]
    assert [(hit["Feed"]["id"], hit["Feed"]["uuid"]) for hit in hits] == [(misp, [SECOND]), (listed, [])]
    hits = call(seed.analyst.key, "POST", "/feeds/searchCaches", search)[1]
    assert [hit["Feed"]["id"] for hit in hits] == [misp]  # The other feed is not visible to everyone.
    assert call(seed.site_admin.key, "POST", "/feeds/searchCaches", {"value": "none.example"})[1] == []
    assert call(seed.site_admin.key, "GET", f"/feeds/feedCoverage/{misp}")[1] == 50.0
    compared = call(seed.site_admin.key, "GET", "/feeds/compareFeeds")[1]
    assert compared[0]["Feed"]["ComparedFeed"] == [
        {"id": listed, "name": "A list", "overlap_count": 1, "overlap_percentage": 50}
    ]
    assert call(seed.site_admin.key, "GET", f"/feeds/view/{misp}")[1]["Feed"]["cached_elements"] == 2


def test_truncated_feed_leaves_the_cache_unchanged(seed: Seed) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"10.9.9.9\n10.8.8.8\n")

    files = {"/list.txt": b"10.1.1.1\n"}
    with publishing(files) as server, serving(cut) as broken:
        number = add(seed, f"{server.url}/list.txt")
        call(seed.site_admin.key, "GET", f"/feeds/cacheFeeds/{number}")
        Feed.objects.filter(pk=number).update(url=f"{broken.url}/list.txt")
        status, body = call(seed.site_admin.key, "GET", f"/feeds/cacheFeeds/{number}")
        assert (status, body["message"]) == (403, "Could not cache the feeds")
        assert fetch(seed, number) == "Fetching the feed has failed."
    assert CachedValue.objects.count() == 1
    assert not Attribute.objects.exists()


def test_headers_are_sent_and_private_addresses_refused(seed: Seed, settings: Any) -> None:
    with publishing({"/list.txt": b"10.1.1.1\n"}) as server:
        number = add(seed, f"{server.url}/list.txt", headers="X-Key: k3y")
        assert fetch(seed, number) == DONE
        assert server.requests[0][2]["X-Key"] == "k3y"
        settings.VARDKASE_PRIVATE_NETWORKS = []
        assert fetch(seed, number) == "Fetching the feed has failed."
        assert call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[0] == 404
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<html>nothing</html>",
        b"[1, 2]",
        b"{",
        b"[" * 100_000,
        b'{"x": 1, "29ce5996-b0a6-5625-a10b-67142095b7ba": 2}',
    ],
)
def test_invalid_manifest_is_handled(seed: Seed, content: bytes) -> None:
    with publishing({"/feed/manifest.json": content}) as server:
        number = add(seed, f"{server.url}/feed", source_format="misp")
        assert fetch(seed, number) in ("Fetching the feed has failed.", DONE)
        assert call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[0] in (200, 404)
    assert not Event.objects.exists()


def test_worker_fetches_and_caches_with_the_requesters_permissions(seed: Seed) -> None:
    SettingValue.objects.update(value=True)
    with publishing({"/list.txt": b"10.1.1.1\n"}) as server:
        number = add(seed, f"{server.url}/list.txt", caching_enabled=True)
        assert fetch(seed, number) == "Pull queued for background execution."
        body = call(seed.site_admin.key, "POST", "/feeds/cacheFeeds/freetext", {})[1]
        assert body["message"] == "Feed caching job initiated."
        jobs = {job.task_name: job for job in ProcrastinateJob.objects.all()}
        assert set(jobs) == {"feeds.fetch", "feeds.cache"}
        assert jobs["feeds.fetch"].args == {"user_id": seed.site_admin.user.pk, "feed_id": int(number)}
        run: dict[str, Callable[..., None]] = {"feeds.fetch": tasks.fetch, "feeds.cache": tasks.cache}
        for name, job in jobs.items():
            run[name](**job.args)
        assert (Attribute.objects.get().value1, CachedValue.objects.count()) == ("10.1.1.1", 1)
        type(seed.site_admin.user).objects.filter(pk=seed.site_admin.user.pk).update(disabled=True)
        with pytest.raises(VardkaseError) as refused:
            tasks.fetch(**jobs["feeds.fetch"].args)
        assert "may no longer do it" in refused.value.wire
    type(seed.site_admin.user).objects.update(disabled=False)
    with pytest.raises(OutgoingFailed):
        tasks.cache(**jobs["feeds.cache"].args)


def test_scheduled_fetch_runs_as_the_host_organisation(seed: Seed) -> None:
    with publishing({"/list.txt": b"10.1.1.1\n"}) as server:
        add(seed, f"{server.url}/list.txt", caching_enabled=True)
        add(seed, f"{server.url}/list.txt", enabled=False, name="off")
        assert (schedules.fetch_all(), schedules.cache_all()) == (1, 1)
        for job in ProcrastinateJob.objects.all():
            {"feeds.fetch": tasks.fetch, "feeds.cache": tasks.cache}[job.task_name](**job.args)
    assert (Event.objects.get().org, CachedValue.objects.count()) == (seed.hub, 1)


def test_fetch_all_without_enabled_feeds(seed: Seed) -> None:
    response = send(seed.site_admin.key, "GET", "/feeds/fetchFromAllFeeds")
    assert answer(response) == {"result": "No feed enabled."}


def test_overlong_document_is_refused(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_DOCUMENT", 100_000)
    with serving(responds(b"<p>evil.example.com</p>" + b" " * 200_000)) as server:
        number = add(seed, server.url, source_format="freetext")
        status, body = call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")
        assert (status, body["message"]) == (404, "The feed’s document is too long.")
        monkeypatch.setattr(reading, "LONGEST_DOCUMENT", 300_000)
        found = call(seed.site_admin.key, "GET", f"/feeds/previewIndex/{number}")[1]
        assert [each["value"] for each in found] == ["evil.example.com"]
