"""The hub's own feeds: who may read them, and how they follow publications."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call, send
from tests.cli.test_content import run
from tests.exchange.test_feed_export import exported, exported_document
from tests.factories import make_sharing_group
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.exchange.outbox.models import Delivery
from vardkase.exchange.own_feeds import services, tasks
from vardkase.exchange.own_feeds.folders import folder_of
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.schedules import write_all
from vardkase.intel.models import Event, EventTag


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, settings: Any) -> None:
    """The feeds of these tests are in their own folder."""
    settings.DATA_DIR = tmp_path


def make_own_feed(seed: Seed, **fields: Any) -> OwnFeed:
    """A feed of what organisation A may read, unless `fields` say otherwise, with its files written."""
    data = {"name": "public", "organisation_id": seed.org_a.pk, **fields}
    feed = services.save_own_feed(seed.site_admin.actor, data)
    services.refresh(feed)
    return feed


@dataclass
class Got:
    """The response to a request for a file."""

    status: int
    headers: Any
    body: bytes


def read_file(who: ApiUser | None, path: str = "public/manifest.json", key: str = "", **headers: str) -> Got:
    response: Any = send(key or (who.key if who else None), "GET", f"/feed/{path}", headers=headers)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Got(response.status_code, response.headers, body)


def manifest_uuids(got: Got) -> set[str]:
    return set(json.loads(got.body)) if got.status == 200 else set()


def publish_event(seed: Seed, **fields: Any) -> str:
    """An event published by a user; returns its uuid."""
    body = {"info": "Beacon", "distribution": 3, "Attribute": [{"type": "domain", "value": "evil.example"}]}
    event = call(seed.publisher.key, "POST", "/events/add", {**body, **fields})[1]["Event"]
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}", {})[0] == 200
    return str(event["uuid"])


def run_feed_jobs() -> None:
    """Run the queued jobs."""
    for job in ProcrastinateJob.objects.filter(task_name="own_feeds.write", status="todo"):
        tasks.write(**job.args)
    ProcrastinateJob.objects.filter(task_name="own_feeds.write").update(status="succeeded")


def test_only_members_with_a_key_read_a_feed(seed: Seed) -> None:
    event = exported(seed)
    make_own_feed(seed)
    for who in (seed.analyst, seed.stranger, seed.reader, seed.site_admin):
        assert manifest_uuids(read_file(who)) == {str(event.uuid)}
    whole = read_file(seed.stranger, f"public/{event.uuid}.json")
    assert json.loads(whole.body)["Event"]["info"] == event.info
    assert read_file(seed.stranger, "public/hashes.csv").headers["Content-Type"] == "text/csv; charset=utf-8"
    for nobody in (read_file(None), read_file(None, key="x" * 40), read_file(None, "nosuch/manifest.json")):
        assert (nobody.status, nobody.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert read_file(seed.stranger, "nosuch/manifest.json").status == 401
    assert send(seed.analyst.key, "POST", "/feed/public/manifest.json").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["../secrets/django", "%2e%2e/x", "public/../public/manifest.json", "public/hashes.csv.part", "public/x"],
)
def test_only_feed_files_are_served(seed: Seed, path: str, tmp_path: Path) -> None:
    make_own_feed(seed)
    (folder_of("public") / "hashes.csv.part").write_text("half")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "django").write_text("secret")
    assert read_file(seed.site_admin, path).status in {401, 404}


def test_open_feed_is_public_and_limited_to_events_for_all(seed: Seed) -> None:
    event = exported(seed)
    make_own_feed(seed, open=True)
    assert manifest_uuids(read_file(None)) == {str(event.uuid)}
    for fields in ({"distributions": [1]}, {"sharing_groups": [seed.group.pk]}, {"local_tags": True}):
        with pytest.raises(Invalid) as refused:
            make_own_feed(seed, name="other", open=True, **fields)
        assert list(refused.value.errors) == ["open"]
    with pytest.raises(Invalid):
        services.save_own_feed(seed.site_admin.actor, {"distributions": [1, 3]}, "public")
    assert OwnFeed.objects.get().distributions == [3]


def test_token_grants_access_to_one_feed_until_renewed(seed: Seed) -> None:
    event = exported(seed)
    make_own_feed(seed, members=False)
    make_own_feed(seed, name="other")
    token = services.make_token(seed.site_admin.actor, "public")
    basic = "Basic " + base64.b64encode(f"feed:{token}".encode()).decode()
    for value in (token, f"Bearer {token}", basic):
        assert manifest_uuids(read_file(None, key=value)) == {str(event.uuid)}
    assert read_file(None, "other/manifest.json", key=token).status == 401
    assert read_file(seed.analyst).status == 401  # Only for holders of the token.
    assert token.encode() not in bytes(OwnFeed.objects.get(name="public").token_digest or b"")
    services.make_token(seed.site_admin.actor, "public")
    assert read_file(None, key=token).status == 401
    services.remove_token(seed.site_admin.actor, "public")
    assert OwnFeed.objects.get(name="public").token_digest is None


def test_feed_with_a_sharing_group_is_for_its_members(seed: Seed) -> None:
    event = exported(seed, distribution=4, sharing_group=seed.group)
    make_own_feed(seed, sharing_groups=[seed.group.pk])
    assert manifest_uuids(read_file(seed.partner)) == {str(event.uuid)}
    assert read_file(seed.stranger).status == 401
    alone = make_sharing_group(seed.org_a, [seed.org_a], name="A alone")
    services.save_own_feed(seed.site_admin.actor, {"sharing_groups": [seed.group.pk, alone.pk]}, "public")
    assert read_file(seed.partner).status == 401


def test_feed_contains_only_what_its_organisation_may_read(seed: Seed) -> None:
    exported(seed, distribution=0)
    hidden = exported(seed, distribution=4, sharing_group=seed.group)
    shared = exported(seed, distribution=1)
    feed = make_own_feed(seed, organisation_id=seed.org_c.pk, distributions=[1, 2, 3])
    assert manifest_uuids(read_file(seed.analyst)) == {str(shared.uuid)}
    with pytest.raises(Invalid):
        services.save_own_feed(seed.site_admin.actor, {"sharing_groups": [seed.group.pk]}, feed.name)
    assert not (folder_of("public") / f"{hidden.uuid}.json").exists()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "Not a name"}, "name"),
        ({"name": "public"}, "name"),
        ({"distributions": [0]}, "distributions"),
        ({"distributions": [4]}, "distributions"),
        ({"filters": "[1]"}, "filters"),
        ({"filters": {"published": False}}, "filters"),
        ({"filters": {"distribution": 0}}, "filters"),
        ({"filters": {"publish_timestamp": "soon"}}, "filters"),
    ],
)
def test_invalid_fields_are_rejected(seed: Seed, fields: dict[str, Any], fault: str) -> None:
    make_own_feed(seed)
    with pytest.raises(Invalid) as refused:
        make_own_feed(seed, **{"name": "other", **fields})
    assert list(refused.value.errors) == [fault]
    assert OwnFeed.objects.count() == 1


def test_only_site_administrators_manage_feeds(seed: Seed) -> None:
    make_own_feed(seed)
    for act in (
        lambda actor: services.save_own_feed(actor, {"name": "mine"}),
        lambda actor: services.save_own_feed(actor, {"open": True}, "public"),
        lambda actor: services.delete_own_feed(actor, "public"),
        lambda actor: services.make_token(actor, "public"),
        lambda actor: services.remove_token(actor, "public"),
        lambda actor: services.find_own_feed(actor, "public"),
    ):
        for who in (seed.org_admin, seed.reader):
            with pytest.raises(Forbidden):
                act(who.actor)
    with pytest.raises(NotFound):
        services.delete_own_feed(seed.site_admin.actor, "nosuch")


def test_deleted_feed_leaves_no_files(seed: Seed, django_capture_on_commit_callbacks: Any) -> None:
    exported(seed)
    make_own_feed(seed)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_own_feed(seed.site_admin.actor, "public")
    assert not folder_of("public").exists()
    assert read_file(seed.analyst).status == 401


def test_publications_are_written_to_the_feed_and_recorded(seed: Seed) -> None:
    make_tag("private:yes")
    feed = make_own_feed(seed, filters={"tags": ["!private:yes"]})
    uuid = publish_event(seed)
    private = publish_event(seed, Tag=[{"name": "private:yes"}])
    own = publish_event(seed, distribution=0)
    waiting = ProcrastinateJob.objects.filter(task_name="own_feeds.write", status="todo")
    assert waiting.count() == 1  # One job writes all pending events.
    run_feed_jobs()
    assert manifest_uuids(read_file(seed.stranger)) == {uuid}
    deliveries = Delivery.objects.filter(kind="feed", receiver_id=feed.pk).values_list("event_uuid", "state")
    assert {(str(each), state) for each, state in deliveries} == {
        (uuid, "sent"),
        (private, "withheld"),
        (own, "withheld"),
    }
    assert OwnFeed.objects.get().events == 1


def test_only_changed_events_are_rendered(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_own_feed(seed)
    first, second = publish_event(seed), publish_event(seed)
    run_feed_jobs()
    before = {path.name: path.stat().st_ino for path in folder_of("public").iterdir()}
    assert services.refresh(feed, set()).written == 0
    assert {path.name: path.stat().st_ino for path in folder_of("public").iterdir()} == before
    number = Event.objects.get(uuid=first).pk
    call(seed.publisher.key, "POST", f"/events/edit/{number}", {"info": "Changed"})
    call(seed.publisher.key, "POST", f"/events/publish/{number}", {})
    run_feed_jobs()
    assert exported_document(folder_of("public"), Event.objects.get(pk=number))["info"] == "Changed"
    after = {path.name: path.stat().st_ino for path in folder_of("public").iterdir()}
    assert after[f"{second}.json"] == before[f"{second}.json"]
    hashed = (folder_of("public") / "hashes.csv").read_text().splitlines()
    assert sorted(line.partition(",")[2] for line in hashed) == sorted([first, second])


def test_unpublished_and_deleted_events_are_removed(seed: Seed) -> None:
    make_own_feed(seed)
    uuids = [publish_event(seed) for _ in range(3)]
    run_feed_jobs()
    numbers = [Event.objects.get(uuid=uuid).pk for uuid in uuids]
    call(seed.publisher.key, "POST", f"/events/unpublish/{numbers[0]}", {})
    call(seed.publisher.key, "POST", f"/events/delete/{numbers[1]}", {})
    run_feed_jobs()
    assert manifest_uuids(read_file(seed.stranger)) == {uuids[2]}
    assert {path.stem for path in folder_of("public").glob("*-*.json")} == {uuids[2]}
    text = (folder_of("public") / "hashes.csv").read_text()
    assert (uuids[0] in text, uuids[1] in text, uuids[2] in text) == (False, False, True)


def test_full_rewrite_includes_changes_without_a_new_version(seed: Seed) -> None:
    feed = make_own_feed(seed)
    uuid = publish_event(seed)
    run_feed_jobs()
    event = Event.objects.get(uuid=uuid)
    EventTag.objects.create(event=event, tag=make_tag("tlp:clear"))
    assert services.refresh(feed, set()).written == 0
    assert write_all() == 1
    run_feed_jobs()
    assert [tag["name"] for tag in exported_document(folder_of("public"), event)["Tag"]] == ["tlp:clear"]


def test_interrupted_write_is_repaired(seed: Seed) -> None:
    feed = make_own_feed(seed)
    uuid = publish_event(seed)
    run_feed_jobs()
    (folder_of("public") / f"{uuid}.json").unlink()
    (folder_of("public") / "hashes.csv.part").write_text("half")
    assert services.refresh(feed, set()).written == 1
    assert not list(folder_of("public").glob("*.part"))


def test_unchanged_file_returns_304(seed: Seed) -> None:
    make_own_feed(seed)
    etag = read_file(seed.analyst).headers["ETag"]
    assert read_file(seed.analyst, **{"If-None-Match": etag}).status == 304
    publish_event(seed)
    run_feed_jobs()
    assert read_file(seed.analyst, **{"If-None-Match": etag}).status == 200


def test_feed_is_refreshed_by_command(seed: Seed) -> None:
    make_own_feed(seed)
    publish_event(seed)
    counts = json.loads(run("feed", "refresh", "public", "--json"))
    assert counts == {"written": 1, "unchanged": 0, "removed": 0}
    run("feed", "refresh", "nosuch", code=1)


def test_disabled_feed_is_not_served(seed: Seed) -> None:
    make_own_feed(seed, open=True)
    services.save_own_feed(seed.site_admin.actor, {"enabled": False}, "public")
    assert read_file(seed.analyst).status == 401
    publish_event(seed)
    assert not ProcrastinateJob.objects.filter(task_name="own_feeds.write").exists()
