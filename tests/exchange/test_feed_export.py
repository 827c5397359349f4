"""Feed export: what PyMISP would make of the events, no more than may leave, and only what is new."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pymisp import MISPEvent, PyMISP

from tests.api.calls import call
from tests.cli.test_content import run
from tests.exchange.servers import HERE
from tests.exchange.test_feed_fetching import add, fetch, publishing
from tests.factories import (
    make_attribute,
    make_event,
    make_object,
    make_organisation,
    make_report,
    make_sharing_group,
)
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from tests.support.web_server import WebServer
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.own_feeds.content import FeedContent
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.own_feeds.writing import export_feed
from vardkase.intel.models import Attribute, Event, EventTag, Object
from vardkase.knowledge.cached_sources.hashing import md5_of
from vardkase.knowledge.cached_sources.models import CachedValue
from vardkase.knowledge.taxonomies.models import Tag


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "feed"


def exported(seed: Seed, **fields: Any) -> Event:
    """A published event of organisation A for everyone, with one attribute."""
    event = make_event(
        seed.org_a, **{"distribution": 3, "published": True, "publish_timestamp": 1_700_000_100} | fields
    )
    event.save()
    make_attribute(event, type="domain", value1=f"{event.pk}.example", distribution=5).save()
    return event


def manifest(feed: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((feed / "manifest.json").read_bytes())
    return document


def hashes(feed: Path) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in (feed / "hashes.csv").read_text().splitlines()]


def exported_document(feed: Path, event: Event) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((feed / f"{event.uuid}.json").read_bytes())["Event"]
    return document


def values(event: dict[str, Any]) -> Iterator[str]:
    for part in [event, *event.get("Object", [])]:
        yield from (attribute["value"] for attribute in part.get("Attribute", []))


def test_feed_matches_pymisps_feed_output(server: WebServer, server_seed: Seed, feed: Path) -> None:
    setup = make_setup(server_seed)
    Object.objects.update(template_uuid="688c46fb-5edb-40a3-8273-1af7923e2215", template_version=24)
    sample = make_attribute(
        setup.event, type="malware-sample", category="Payload delivery", value1="a.exe", value2="0" * 32
    )
    sample.save()
    read = PyMISP(server.url, server_seed.site_admin.key).get_event(str(setup.event.uuid), pythonify=True)
    assert isinstance(read, MISPEvent)
    expected = read.to_feed(valid_distributions=[3, 5], with_meta=True, with_local_tags=False)["Event"]
    announced = expected.pop("_manifest")
    # PyMISP's manifest contains local tags regardless.
    announced[str(setup.event.uuid)]["Tag"] = expected["Tag"]
    hashed = expected.pop("_hashes")
    run("feed", "export", str(feed))
    assert manifest(feed) == announced
    assert sorted(hashes(feed)) == sorted((each, str(setup.event.uuid)) for each in hashed)
    (whole,) = expected["Object"]
    for reference in whole["ObjectReference"]:  # PyMISP reads references before the object's uuid.
        reference["object_uuid"] = whole["uuid"]
    assert exported_document(feed, setup.event) == expected
    assert len(hashed) == 5
    assert {tag["name"] for tag in expected["Tag"]} >= {"tlp:amber"}
    assert [report["name"] for report in expected["EventReport"]] == ["Report"]


def test_export_is_limited_to_the_chosen_distributions(seed: Seed, feed: Path) -> None:
    alone = make_sharing_group(seed.org_a, [seed.org_a], name="A alone")
    events = {number: exported(seed, distribution=number) for number in range(4)}
    draft = exported(seed, published=False)
    grouped = exported(seed, distribution=4, sharing_group=seed.group)
    other = exported(seed, distribution=4, sharing_group=alone)
    run("feed", "export", str(feed))
    assert set(manifest(feed)) == {str(events[3].uuid)}
    run("feed", "export", str(feed), "--distribution", "1", "--distribution", "2")
    assert set(manifest(feed)) == {str(events[1].uuid), str(events[2].uuid)}
    run("feed", "export", str(feed), "--sharing-group", str(seed.group.uuid))
    assert set(manifest(feed)) == {str(events[3].uuid), str(grouped.uuid)}
    names = {path.stem for path in feed.glob("*.json")}
    assert not names & {str(draft.uuid), str(other.uuid), str(events[0].uuid)}


def test_parts_of_other_distributions_are_not_exported(seed: Seed, feed: Path) -> None:
    """Neither as values nor as hashes; an object's own limit applies to its attributes."""
    setup = make_setup(seed)
    make_attribute(setup.event, value1="own in open", object=setup.file, distribution=0).save()
    export_feed(seed.site_admin.actor, feed, FeedContent())
    kept = {"evil.example|192.0.2.1", "a.exe"}
    assert set(values(exported_document(feed, setup.event))) == kept
    assert {digest for digest, _ in hashes(feed)} == {
        md5_of(part) for value in kept for part in value.split("|")
    }
    text = (feed / f"{setup.event.uuid}.json").read_text()
    assert "workflow:todo" not in text
    assert '"internal"' not in text
    assert "distribution" not in text
    assert "sharing_group" not in text
    export_feed(
        seed.site_admin.actor, feed, FeedContent(sharing_groups=(str(seed.group.pk),), local_tags=True)
    )
    assert set(values(exported_document(feed, setup.event))) == kept | {"A and B"}
    assert "workflow:todo" in {tag["name"] for tag in exported_document(feed, setup.event)["Tag"]}


def test_export_as_user_contains_only_what_they_may_read(seed: Seed, feed: Path) -> None:
    setup = make_setup(seed)
    hidden = exported(seed, distribution=4, sharing_group=seed.group)
    run("feed", "export", str(feed), "--user", seed.stranger.user.email)
    assert set(manifest(feed)) == {str(setup.event.uuid)}
    with pytest.raises(NotFound):
        export_feed(seed.stranger.actor, feed, FeedContent(sharing_groups=(str(seed.group.pk),)))
    assert not (feed / f"{hidden.uuid}.json").exists()


def test_export_writes_changes_and_removes_stale_files(seed: Seed, feed: Path) -> None:
    first, second = exported(seed), exported(seed)
    assert json.loads(run("feed", "export", str(feed), "--json")) == {
        "written": 2,
        "unchanged": 0,
        "removed": 0,
    }
    before = {path.name: path.stat().st_ino for path in feed.iterdir()}
    assert json.loads(run("feed", "export", str(feed), "--json")) == {
        "written": 0,
        "unchanged": 2,
        "removed": 0,
    }
    assert {path.name: path.stat().st_ino for path in feed.iterdir()} == before
    # Its timestamp is the same.
    EventTag.objects.create(event=first, tag=Tag.objects.create(name="tlp:clear"))
    Event.objects.filter(pk=second.pk).update(published=False)
    assert json.loads(run("feed", "export", str(feed), "--json")) == {
        "written": 1,
        "unchanged": 0,
        "removed": 1,
    }
    assert [tag["name"] for tag in exported_document(feed, first)["Tag"]] == ["tlp:clear"]
    assert {uuid for _, uuid in hashes(feed)} == set(manifest(feed)) == {str(first.uuid)}
    assert {path.name for path in feed.iterdir()} == {"manifest.json", "hashes.csv", f"{first.uuid}.json"}
    Event.objects.all().delete()
    run("feed", "export", str(feed))
    assert (manifest(feed), hashes(feed)) == ({}, [])


def test_interrupted_export_leaves_the_feed_intact(
    seed: Seed, feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = exported(seed)
    run("feed", "export", str(feed))
    exported(seed)
    before = {path.name: path.read_bytes() for path in feed.iterdir()}
    real, calls = os.replace, iter(range(9))

    def full(source: Any, target: Any) -> None:
        if next(calls) >= 1:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.replace", full)
    run("feed", "export", str(feed), code=1)
    monkeypatch.undo()
    assert {name: (feed / name).read_bytes() for name in before} == before
    run("feed", "export", str(feed))
    assert str(first.uuid) in manifest(feed)
    assert not list(feed.glob("*.part"))


def test_options_filter_the_exported_events(seed: Seed, feed: Path) -> None:
    tagged, old = exported(seed), exported(seed, publish_timestamp=1_500_000_000)
    EventTag.objects.create(event=tagged, tag=Tag.objects.create(name="feed:public"))
    foreign = exported(seed, orgc=make_organisation("Elsewhere", local=False))

    def holds(*options: str) -> set[str]:
        run("feed", "export", str(feed), *options)
        return set(manifest(feed))

    assert holds("--tag", "feed:public") == {str(tagged.uuid)}
    assert holds("--tag", "!feed:public") == {str(old.uuid), str(foreign.uuid)}
    assert holds("--org", "Elsewhere") == {str(foreign.uuid)}
    assert holds("--published-since", "2020-01-01") == {str(tagged.uuid), str(foreign.uuid)}


def test_invalid_options_are_rejected(seed: Seed, feed: Path, tmp_path: Path) -> None:
    exported(seed)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "29ce5996-b0a6-5625-a10b-67142095b7ba.json").write_text("mine")
    run("feed", "export", str(theirs), code=1)
    assert [path.read_text() for path in theirs.iterdir()] == ["mine"]
    for distribution in (0, 4, 5, 9):
        with pytest.raises(Invalid):
            export_feed(seed.site_admin.actor, feed, FeedContent(distributions=(distribution,)))
    with pytest.raises(Invalid):
        export_feed(seed.site_admin.actor, feed, FeedContent(filters={"publish_timestamp": "soon"}))
    run("feed", "export", str(feed), "--sharing-group", "999999", code=1)
    run("feed", "export", str(tmp_path / "theirs" / "29ce5996-b0a6-5625-a10b-67142095b7ba.json"), code=1)
    assert not feed.exists()


def test_concurrent_export_is_refused(seed: Seed, feed: Path) -> None:
    feed.mkdir()
    held_open = os.open(feed, os.O_RDONLY)
    fcntl.flock(held_open, fcntl.LOCK_EX)
    try:
        with pytest.raises(Conflict) as refused:
            export_feed(seed.site_admin.actor, feed, FeedContent())
        assert refused.value.has(OwnFeedProblem.FOLDER_IN_USE)
    finally:
        os.close(held_open)
    assert not list(feed.iterdir())


def test_export_needs_no_query_per_event(seed: Seed, feed: Path) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export_feed(seed.site_admin.actor, feed, FeedContent())
        return len(captured)

    def several() -> None:
        for _ in range(5):
            event = exported(seed)
            kept = make_object(event)
            kept.save()
            make_attribute(event, object=kept).save()
            make_report(event).save()

    several()
    few = queries()
    several()
    assert queries() == few
    assert len(manifest(feed)) == 10


def test_exported_feed_can_be_fetched(seed: Seed, feed: Path, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)
    setup: Setup = make_setup(seed)
    Event.objects.filter(pk=setup.event.pk).update(orgc=make_organisation("Elsewhere", local=False))
    run("feed", "export", str(feed))
    files = {f"/feed/{path.name}": path.read_bytes() for path in feed.iterdir()}
    Event.objects.all().delete()
    with publishing(files) as server:
        number = add(seed, f"{server.url}/feed", source_format="misp", distribution=3, caching_enabled=True)
        assert fetch(seed, number).endswith("Downloaded 1 new event(s).")
        call(seed.site_admin.key, "GET", f"/feeds/cacheFeeds/{number}")
    stored = Event.objects.get(uuid=setup.event.uuid)
    assert (stored.orgc.name, stored.published, stored.distribution) == ("Elsewhere", True, 3)
    assert set(Attribute.objects.values_list("value1", "value2")) == {
        ("evil.example", "192.0.2.1"),
        ("a.exe", None),
    }
    assert {each.hex for each in CachedValue.objects.values_list("md5", flat=True)} == {
        md5_of(value) for value in ("evil.example", "192.0.2.1", "a.exe")
    }
