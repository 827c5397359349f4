"""How a member stands has effect at once at every door: each door tried in each standing, and after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call, send
from tests.cast import Cast
from tests.exchange.taxii_scene import make_collection, published_event, taxii
from tests.hub.membership import by_two
from tests.hub.membership.scene import Desk, at_the_screen, make_desk, member, opened
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.notices.models import SentSummary
from vardkase.exchange.notices.recipients import recipients
from vardkase.exchange.notices.summaries import send_summaries
from vardkase.exchange.outbox.deliveries import version_of
from vardkase.exchange.own_feeds import services as feeds
from vardkase.exchange.servers.caching import cache_server
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.queries import running as running_streams
from vardkase.exchange.streams.services import add_stream
from vardkase.exchange.sync import runs
from vardkase.exchange.sync.candidates import candidates
from vardkase.exchange.sync.models import SyncDirection
from vardkase.exchange.sync.schedules import pull_all, push_all
from vardkase.hub.membership.members import services
from vardkase.identity.access.jobs import job_actor, reading_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.standing import StandingRefused
from vardkase.intel.models import Event
from vardkase.intel.queries.find import find_event


@dataclass
class Scene:
    """Organisation B with everything through which something reaches it, or comes from it."""

    cast: Cast
    desk: Desk
    event: Event
    own: Event
    server: Server
    stream: Stream
    collection: str
    browser: Client
    key: str
    sync_key: str


@pytest.fixture
def scene(cast: Cast, settings: Any, tmp_path: Path, password_is_enough: None, mail: None) -> Scene:
    settings.DATA_DIR = tmp_path
    desk = make_desk(cast)
    User.objects.filter(org=cast.org_b).update(autoalert=True, notification_daily=True, contactalert=True)
    member(desk, cast.org_b)
    event = published_event(cast.org_a, "evil.example", added=now_seconds() - 60)
    server = Server.objects.create(
        name="B", url="https://127.0.0.1:9", encrypted_key=KEYS.encrypt("k" * 40), org=cast.hub, push=True, pull=True,
        remote_org=cast.org_b, caching_enabled=True, priority=1,
    )  # fmt: skip
    data = {"name": "To B", "kind": "webhook", "url": "https://b.example/in", "topics": ["misp_json"]}
    feeds.refresh(
        feeds.save_own_feed(cast.site_admin.actor, {"name": "all", "organisation_id": cast.org_a.pk})
    )
    feeds.refresh(
        feeds.save_own_feed(
            cast.site_admin.actor, {"name": "of-b", "organisation_id": cast.org_b.pk, "open": True}
        )
    )
    return Scene(
        cast, desk, event, published_event(cast.org_b), server,
        add_stream(cast.site_admin.actor, {**data, "org_id": cast.org_b.pk})[0],
        str(make_collection(cast).uuid), signed_in(cast.partner), cast.partner.key, cast.partner_sync.key,
    )  # fmt: skip


def page(scene: Scene) -> bool:
    return b"evil" in scene.browser.get(f"/event/{scene.event.pk}/").content


def form(scene: Scene) -> bool:
    data = {
        "info": "Written",
        "date": "2026-01-01",
        "distribution": "1",
        "threat_level_id": "4",
        "analysis": "0",
    }
    scene.browser.post("/event/new/", data)
    return bool(Event.objects.filter(info="Written").delete()[0])


def api(scene: Scene, key: str = "") -> bool:
    return call(key or scene.key, "GET", f"/events/view/{scene.event.pk}")[0] == 200


def api_writing(scene: Scene, key: str = "") -> bool:
    status, _ = call(key or scene.key, "POST", "/events/add", {"info": "Pushed", "distribution": 1})
    return status == 200


def taxii_reading(scene: Scene) -> bool:
    return b"evil" in taxii(scene.key, f"collections/{scene.collection}/objects/").content


def feed_file(scene: Scene, name: str = "all") -> bool:
    response: Any = send(scene.key, "GET", f"/feed/{name}/manifest.json")
    return response.status_code == 200 and bool(b"".join(response.streaming_content))


def _has_event(scene: Scene) -> bool:
    return scene.event.pk in {each.id for each in candidates(_fresh(scene.server))}


def _fresh(server: Server) -> Server:
    return Server.objects.select_related("remote_org").get(pk=server.pk)


def pull(scene: Scene) -> bool:
    with suppress(StandingRefused), runs.running(_fresh(scene.server), SyncDirection.PULL, "full", None):
        return pull_all() == 1
    assert pull_all() == 0
    return False


def push(scene: Scene) -> bool:
    with suppress(StandingRefused), runs.running(_fresh(scene.server), SyncDirection.PUSH, "full", None):
        return push_all() == 1 and _has_event(scene)
    assert push_all() == 0
    return False


def caching(scene: Scene) -> bool:
    try:
        cache_server(None, _fresh(scene.server))
    except OutgoingFailed:  # Nobody answers there: it was asked.
        return True
    except (StandingRefused, Conflict):
        return False
    return True


def stream(scene: Scene) -> bool:
    return running_streams().filter(pk=scene.stream.pk).exists()


def eyes(scene: Scene) -> bool:
    reader = reading_actor(scene.cast.org_b.pk, "stream")
    with suppress(NotFound):
        return find_event(reader, scene.event.pk).id == scene.event.pk
    return False


def alert(scene: Scene) -> bool:
    people = recipients(version_of(scene.event.pk), 0, 60).people
    return any(person.email.endswith("@b.example") for person in people)


def summaries(scene: Scene) -> bool:
    OutgoingMail.objects.all().delete()
    SentSummary.objects.all().delete()
    send_summaries("daily")
    return OutgoingMail.objects.filter(recipient__endswith="@b.example").exists()


def question(scene: Scene) -> bool:
    """What somebody asks the maker of an event by mail."""
    OutgoingMail.objects.all().delete()
    call(
        scene.cast.analyst.key,
        "POST",
        f"/events/contact/{scene.own.pk}",
        {"message": "Do you see more of it?"},
    )
    return OutgoingMail.objects.filter(recipient__endswith="@b.example").exists()


def job(scene: Scene) -> bool:
    """A job that was ordered before."""
    try:
        return find_event(job_actor(scene.cast.partner.user.pk), scene.event.pk).id == scene.event.pk
    except Forbidden:
        return False


def writing_job(scene: Scene) -> bool:
    try:
        job_actor(scene.cast.partner.user.pk).require_writing()
    except Forbidden:
        return False
    return True


type Door = Callable[[Scene], bool]

DOORS: dict[str, tuple[Door, str]] = {
    "page, session open": (page, "read_only no_sync"),
    "form, session open": (form, "no_sync"),
    "API key": (api, "read_only"),
    "API key, writing": (api_writing, ""),
    "sync user reads": (lambda scene: api(scene, scene.sync_key), "read_only"),
    "sync user pushes to us": (lambda scene: api_writing(scene, scene.sync_key), ""),
    "TAXII": (taxii_reading, "read_only"),
    "own feed by key": (feed_file, "read_only"),
    "feed of what it sees": (lambda scene: feed_file(scene, "of-b"), "read_only"),
    "we fetch from it": (pull, ""),
    "we send to it": (push, "read_only"),
    "we cache what it knows": (caching, ""),
    "stream to it": (stream, "read_only"),
    "through its eyes": (eyes, "read_only no_sync"),
    "mail of events": (alert, "read_only no_sync"),
    "summaries by mail": (summaries, "read_only no_sync"),
    "question by mail": (question, "read_only no_sync"),
    "job ordered before": (job, "read_only no_sync"),
    "job that writes": (writing_job, "no_sync"),
}
"""Door → how it is tried, and in which standings it stays open, beside a member's own."""


def open_doors(scene: Scene) -> set[str]:
    return {name for name, (door, _) in DOORS.items() if door(scene)}


@pytest.mark.parametrize("kind", ["read_only", "no_sync", "suspended"])
def test_each_door_in_each_standing_and_after_it(scene: Scene, kind: str) -> None:
    officer = at_the_screen(scene.desk.officer)
    assert open_doors(scene) == set(DOORS)
    by_two.suspend(officer, scene.cast.org_b.pk, kind, "It is looked into.")
    assert open_doors(scene) == {name for name, (_, stays) in DOORS.items() if kind in stays.split()}
    by_two.restore(officer, scene.cast.org_b.pk, "It was nothing.")
    assert open_doors(scene) == set(DOORS)


def test_a_membership_that_has_ended_opens_no_door(scene: Scene) -> None:
    officer = at_the_screen(scene.desk.officer)
    by_two.terminate(officer, scene.cast.org_b.pk, "The member asked for it.", "It stays, in its name.")
    assert open_doors(scene) == set()
    assert not User.objects.filter(org=scene.cast.org_b, disabled=False).exists()
    scene.own.refresh_from_db()  # What it has contributed is still here.
    found = services.transitions.locked(officer, scene.cast.org_b.pk)
    assert found.ending == {
        "contributions": "It stays, in its name.",
        "events": 1, "attributes": 0, "users": 3, "keys": 3, "connections": 1,
    }  # fmt: skip


def test_one_that_is_being_connected_knocks_and_gets_nothing(cast: Cast, password_is_enough: None) -> None:
    desk = make_desk(cast)
    event = published_event(cast.org_a, "evil.example")
    opened(desk, cast.org_b)
    assert call(cast.partner_sync.key, "GET", "/servers/getVersion")[0] == 200
    assert call(cast.partner_sync.key, "GET", f"/events/view/{event.pk}")[0] == 404
    status, body = call(cast.partner_sync.key, "POST", "/events/add", {"info": "Early"})
    assert (status, body["message"]) == (
        403, "The membership of your organisation is not active yet: onboarding is in progress.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("read_only", "Your organisation may read but not write: its membership is restricted."),
        ("no_sync", "The API connection of your organisation is suspended. The web works."),
        ("suspended", "The membership of your organisation is suspended."),
    ],
)
def test_a_refusal_says_why(scene: Scene, kind: str, told: str) -> None:
    by_two.suspend(at_the_screen(scene.desk.officer), scene.cast.org_b.pk, kind, "It is looked into.")
    status, body = call(scene.key, "POST", "/events/add", {"info": "x"})
    assert (status, body["message"], body["name"]) == (403, told, told)
    if kind != "read_only":
        assert taxii(scene.key, "collections/").status_code == 403
        assert send(scene.key, "GET", "/feed/all/manifest.json").status_code == 403
    if kind != "no_sync":
        refused = scene.browser.post("/event/new/", {"info": "x"}, headers={"Accept-Language": "en"})
        assert refused.status_code == 403
        assert told in refused.content.decode()
    scene.browser.cookies["django_language"] = "sv"
    if kind == "suspended":
        page = scene.browser.get("/").content.decode()
        assert "Er organisations medlemskap är avstängt." in page
        assert 'href="/membership/"' in page  # What concerns the membership itself they still reach:
        assert scene.browser.get("/membership/").status_code == 200


def test_what_waited_goes_out_when_it_may_again(scene: Scene) -> None:
    officer = at_the_screen(scene.desk.officer)
    by_two.suspend(officer, scene.cast.org_b.pk, "suspended", "It is looked into.")
    ProcrastinateJob.objects.all().delete()
    by_two.restore(officer, scene.cast.org_b.pk, "It was nothing.")
    job = ProcrastinateJob.objects.get(task_name="sync.push_published")
    assert job.args == {"server_id": scene.server.pk}
