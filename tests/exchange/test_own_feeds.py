"""The hub's own feeds: who reads which, and that they follow what is published."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call, send
from tests.cast import Cast, Player
from tests.cli.test_content import run
from tests.exchange.test_feed_export import held, out
from tests.factories import make_sharing_group
from tests.factories.knowledge import make_tag
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.exchange.outbox.models import Delivery
from vardkase.exchange.own_feeds import services, tasks
from vardkase.exchange.own_feeds.folders import folder_of
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.schedules import write_all
from vardkase.intel.models import Event, EventTag


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, settings: Any) -> None:
    """The feeds of these tests lie in a folder of their own."""
    settings.DATA_DIR = tmp_path


def made(cast: Cast, **fields: Any) -> OwnFeed:
    """A feed of what organisation A sees, unless told otherwise, with its files written."""
    data = {"name": "public", "organisation_id": cast.org_a.pk, **fields}
    feed = services.save_own_feed(cast.site_admin.actor, data)
    services.refresh(feed)
    return feed


@dataclass
class Got:
    """What somebody got who asked for a file."""

    status: int
    headers: Any
    body: bytes


def read(who: Player | None, path: str = "public/manifest.json", key: str = "", **headers: str) -> Got:
    response: Any = send(key or (who.key if who else None), "GET", f"/feed/{path}", headers=headers)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Got(response.status_code, response.headers, body)


def announced(got: Got) -> set[str]:
    return set(json.loads(got.body)) if got.status == 200 else set()


def published(cast: Cast, **fields: Any) -> str:
    """An event that a user publishes; its uuid."""
    body = {"info": "Beacon", "distribution": 3, "Attribute": [{"type": "domain", "value": "evil.example"}]}
    event = call(cast.publisher.key, "POST", "/events/add", {**body, **fields})[1]["Event"]
    assert call(cast.publisher.key, "POST", f"/events/publish/{event['id']}", {})[0] == 200
    return str(event["uuid"])


def worked() -> None:
    """Do what waits for the worker."""
    for job in ProcrastinateJob.objects.filter(task_name="own_feeds.write", status="todo"):
        tasks.write(**job.args)
    ProcrastinateJob.objects.filter(task_name="own_feeds.write").update(status="succeeded")


def test_members_read_it_with_a_key_and_nobody_else(cast: Cast) -> None:
    event = out(cast)
    made(cast)
    for who in (cast.analyst, cast.stranger, cast.reader, cast.site_admin):
        assert announced(read(who)) == {str(event.uuid)}
    whole = read(cast.stranger, f"public/{event.uuid}.json")
    assert json.loads(whole.body)["Event"]["info"] == event.info
    assert read(cast.stranger, "public/hashes.csv").headers["Content-Type"] == "text/csv; charset=utf-8"
    for nobody in (read(None), read(None, key="x" * 40), read(None, "nosuch/manifest.json")):
        assert (nobody.status, nobody.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert read(cast.stranger, "nosuch/manifest.json").status == 401
    assert send(cast.analyst.key, "POST", "/feed/public/manifest.json").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["../secrets/django", "%2e%2e/x", "public/../public/manifest.json", "public/hashes.csv.part", "public/x"],
)
def test_nothing_but_the_files_of_a_feed_is_handed_out(cast: Cast, path: str, tmp_path: Path) -> None:
    made(cast)
    (folder_of("public") / "hashes.csv.part").write_text("half")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "django").write_text("secret")
    assert read(cast.site_admin, path).status in {401, 404}


def test_an_open_feed_is_anybodys_and_holds_only_what_is_for_all(cast: Cast) -> None:
    event = out(cast)
    made(cast, open=True)
    assert announced(read(None)) == {str(event.uuid)}
    for fields in ({"distributions": [1]}, {"sharing_groups": [cast.group.pk]}, {"local_tags": True}):
        with pytest.raises(Invalid) as refused:
            made(cast, name="other", open=True, **fields)
        assert list(refused.value.errors) == ["open"]
    with pytest.raises(Invalid):
        services.save_own_feed(cast.site_admin.actor, {"distributions": [1, 3]}, "public")
    assert OwnFeed.objects.get().distributions == [3]


def test_a_token_opens_one_feed_until_it_is_changed(cast: Cast) -> None:
    event = out(cast)
    made(cast, members=False)
    made(cast, name="other")
    token = services.make_token(cast.site_admin.actor, "public")
    basic = "Basic " + base64.b64encode(f"feed:{token}".encode()).decode()
    for value in (token, f"Bearer {token}", basic):
        assert announced(read(None, key=value)) == {str(event.uuid)}
    assert read(None, "other/manifest.json", key=token).status == 401
    assert read(cast.analyst).status == 401  # It is for those with the token.
    assert token.encode() not in bytes(OwnFeed.objects.get(name="public").token_digest or b"")
    services.make_token(cast.site_admin.actor, "public")
    assert read(None, key=token).status == 401
    services.remove_token(cast.site_admin.actor, "public")
    assert OwnFeed.objects.get(name="public").token_digest is None


def test_what_a_group_shares_is_for_its_members(cast: Cast) -> None:
    event = out(cast, distribution=4, sharing_group=cast.group)
    made(cast, sharing_groups=[cast.group.pk])
    assert announced(read(cast.partner)) == {str(event.uuid)}
    assert read(cast.stranger).status == 401
    alone = make_sharing_group(cast.org_a, [cast.org_a], name="A alone")
    services.save_own_feed(cast.site_admin.actor, {"sharing_groups": [cast.group.pk, alone.pk]}, "public")
    assert read(cast.partner).status == 401


def test_a_feed_is_what_its_organisation_may_read(cast: Cast) -> None:
    out(cast, distribution=0)
    hidden = out(cast, distribution=4, sharing_group=cast.group)
    shared = out(cast, distribution=1)
    feed = made(cast, organisation_id=cast.org_c.pk, distributions=[1, 2, 3])
    assert announced(read(cast.analyst)) == {str(shared.uuid)}
    with pytest.raises(Invalid):
        services.save_own_feed(cast.site_admin.actor, {"sharing_groups": [cast.group.pk]}, feed.name)
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
def test_what_makes_no_sense_is_refused(cast: Cast, fields: dict[str, Any], fault: str) -> None:
    made(cast)
    with pytest.raises(Invalid) as refused:
        made(cast, **{"name": "other", **fields})
    assert list(refused.value.errors) == [fault]
    assert OwnFeed.objects.count() == 1


def test_only_site_administrators_keep_feeds(cast: Cast) -> None:
    made(cast)
    for act in (
        lambda actor: services.save_own_feed(actor, {"name": "mine"}),
        lambda actor: services.save_own_feed(actor, {"open": True}, "public"),
        lambda actor: services.delete_own_feed(actor, "public"),
        lambda actor: services.make_token(actor, "public"),
        lambda actor: services.remove_token(actor, "public"),
        lambda actor: services.find_own_feed(actor, "public"),
    ):
        for who in (cast.org_admin, cast.reader):
            with pytest.raises(Forbidden):
                act(who.actor)
    with pytest.raises(NotFound):
        services.delete_own_feed(cast.site_admin.actor, "nosuch")


def test_a_feed_that_goes_leaves_nothing(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    out(cast)
    made(cast)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_own_feed(cast.site_admin.actor, "public")
    assert not folder_of("public").exists()
    assert read(cast.analyst).status == 401


def test_what_is_published_goes_into_the_feed_and_is_put_down(cast: Cast) -> None:
    make_tag("private:yes")
    feed = made(cast, filters={"tags": ["!private:yes"]})
    uuid = published(cast)
    private = published(cast, Tag=[{"name": "private:yes"}])
    own = published(cast, distribution=0)
    waiting = ProcrastinateJob.objects.filter(task_name="own_feeds.write", status="todo")
    assert waiting.count() == 1  # However many were published: one job writes all that waits.
    worked()
    assert announced(read(cast.stranger)) == {uuid}
    told = Delivery.objects.filter(kind="feed", receiver_id=feed.pk).values_list("event_uuid", "state")
    assert {(str(each), state) for each, state in told} == {
        (uuid, "sent"),
        (private, "withheld"),
        (own, "withheld"),
    }
    assert OwnFeed.objects.get().events == 1


def test_only_what_changed_is_rendered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = made(cast)
    first, second = published(cast), published(cast)
    worked()
    before = {path.name: path.stat().st_ino for path in folder_of("public").iterdir()}
    assert services.refresh(feed, set()).written == 0
    assert {path.name: path.stat().st_ino for path in folder_of("public").iterdir()} == before
    number = Event.objects.get(uuid=first).pk
    call(cast.publisher.key, "POST", f"/events/edit/{number}", {"info": "Changed"})
    call(cast.publisher.key, "POST", f"/events/publish/{number}", {})
    worked()
    assert held(folder_of("public"), Event.objects.get(pk=number))["info"] == "Changed"
    after = {path.name: path.stat().st_ino for path in folder_of("public").iterdir()}
    assert after[f"{second}.json"] == before[f"{second}.json"]
    hashed = (folder_of("public") / "hashes.csv").read_text().splitlines()
    assert sorted(line.partition(",")[2] for line in hashed) == sorted([first, second])


def test_what_is_unpublished_or_deleted_goes_by_itself(cast: Cast) -> None:
    made(cast)
    uuids = [published(cast) for _ in range(3)]
    worked()
    numbers = [Event.objects.get(uuid=uuid).pk for uuid in uuids]
    call(cast.publisher.key, "POST", f"/events/unpublish/{numbers[0]}", {})
    call(cast.publisher.key, "POST", f"/events/delete/{numbers[1]}", {})
    worked()
    assert announced(read(cast.stranger)) == {uuids[2]}
    assert {path.stem for path in folder_of("public").glob("*-*.json")} == {uuids[2]}
    text = (folder_of("public") / "hashes.csv").read_text()
    assert (uuids[0] in text, uuids[1] in text, uuids[2] in text) == (False, False, True)


def test_writing_anew_finds_what_changed_without_a_new_version(cast: Cast) -> None:
    feed = made(cast)
    uuid = published(cast)
    worked()
    event = Event.objects.get(uuid=uuid)
    EventTag.objects.create(event=event, tag=make_tag("tlp:clear"))
    assert services.refresh(feed, set()).written == 0
    assert write_all() == 1
    worked()
    assert [tag["name"] for tag in held(folder_of("public"), event)["Tag"]] == ["tlp:clear"]


def test_a_writing_that_was_cut_off_is_made_good(cast: Cast) -> None:
    feed = made(cast)
    uuid = published(cast)
    worked()
    (folder_of("public") / f"{uuid}.json").unlink()
    (folder_of("public") / "hashes.csv.part").write_text("half")
    assert services.refresh(feed, set()).written == 1
    assert not list(folder_of("public").glob("*.part"))


def test_a_reader_that_has_it_is_told_so(cast: Cast) -> None:
    made(cast)
    etag = read(cast.analyst).headers["ETag"]
    assert read(cast.analyst, **{"If-None-Match": etag}).status == 304
    published(cast)
    worked()
    assert read(cast.analyst, **{"If-None-Match": etag}).status == 200


def test_it_is_refreshed_by_command(cast: Cast) -> None:
    made(cast)
    published(cast)
    told = json.loads(run("feed", "refresh", "public", "--json"))
    assert told == {"written": 1, "unchanged": 0, "removed": 0}
    run("feed", "refresh", "nosuch", code=1)


def test_a_feed_that_is_off_is_nobodys(cast: Cast) -> None:
    made(cast, open=True)
    services.save_own_feed(cast.site_admin.actor, {"enabled": False}, "public")
    assert read(cast.analyst).status == 401
    published(cast)
    assert not ProcrastinateJob.objects.filter(task_name="own_feeds.write").exists()
