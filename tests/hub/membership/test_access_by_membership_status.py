"""A membership's status takes effect immediately on every way in and out."""

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
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import Seed
from tests.factories.taxii import make_collection, published_event, taxii
from tests.hub.membership import with_approval
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.notification_mails.models import SentSummary
from vardkase.exchange.notification_mails.recipients import recipients
from vardkase.exchange.notification_mails.summaries import send_summaries
from vardkase.exchange.outbox.deliveries import version_of
from vardkase.exchange.own_feeds import services as feeds
from vardkase.exchange.servers.caching import cache_server
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.queries import running as running_streams
from vardkase.exchange.streams.services import add_stream
from vardkase.exchange.sync import run_records
from vardkase.exchange.sync.candidates import candidates
from vardkase.exchange.sync.models import SyncDirection
from vardkase.exchange.sync.schedules import pull_all, push_all
from vardkase.hub.membership.members import services
from vardkase.identity.access.job_actors import job_actor, reading_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.standing import StandingRefused
from vardkase.intel.models import Event
from vardkase.intel.queries.find import find_event


@dataclass
class Setup:
    """Organisation B with everything that reaches it or comes from it."""

    seed: Seed
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
def setup(seed: Seed, settings: Any, tmp_path: Path, password_is_enough: None, mail: None) -> Setup:
    settings.DATA_DIR = tmp_path
    desk = make_desk(seed)
    User.objects.filter(org=seed.org_b).update(autoalert=True, notification_daily=True, contactalert=True)
    member(desk, seed.org_b)
    event = published_event(seed.org_a, "evil.example", added=now_seconds() - 60)
    server = Server.objects.create(
        name="B", url="https://127.0.0.1:9", encrypted_key=KEYS.encrypt("k" * 40), org=seed.hub, push=True, pull=True,
        remote_org=seed.org_b, caching_enabled=True, priority=1,
    )  # fmt: skip
    data = {"name": "To B", "kind": "webhook", "url": "https://b.example/in", "topics": ["misp_json"]}
    feeds.refresh(
        feeds.save_own_feed(seed.site_admin.actor, {"name": "all", "organisation_id": seed.org_a.pk})
    )
    feeds.refresh(
        feeds.save_own_feed(
            seed.site_admin.actor, {"name": "of-b", "organisation_id": seed.org_b.pk, "open": True}
        )
    )
    return Setup(
        seed, desk, event, published_event(seed.org_b), server,
        add_stream(seed.site_admin.actor, {**data, "org_id": seed.org_b.pk})[0],
        str(make_collection(seed).uuid), signed_in(seed.partner), seed.partner.key, seed.partner_sync.key,
    )  # fmt: skip


def page(setup: Setup) -> bool:
    return b"evil" in setup.browser.get(f"/event/{setup.event.pk}/").content


def form(setup: Setup) -> bool:
    data = {
        "info": "Written",
        "date": "2026-01-01",
        "distribution": "1",
        "threat_level_id": "4",
        "analysis": "0",
    }
    setup.browser.post("/event/new/", data)
    return bool(Event.objects.filter(info="Written").delete()[0])


def api(setup: Setup, key: str = "") -> bool:
    return call(key or setup.key, "GET", f"/events/view/{setup.event.pk}")[0] == 200


def api_writing(setup: Setup, key: str = "") -> bool:
    status, _ = call(key or setup.key, "POST", "/events/add", {"info": "Pushed", "distribution": 1})
    return status == 200


def taxii_reading(setup: Setup) -> bool:
    return b"evil" in taxii(setup.key, f"collections/{setup.collection}/objects/").content


def feed_file(setup: Setup, name: str = "all") -> bool:
    response: Any = send(setup.key, "GET", f"/feed/{name}/manifest.json")
    return response.status_code == 200 and bool(b"".join(response.streaming_content))


def _has_event(setup: Setup) -> bool:
    return setup.event.pk in {each.id for each in candidates(_fresh(setup.server))}


def _fresh(server: Server) -> Server:
    return Server.objects.select_related("remote_org").get(pk=server.pk)


def pull(setup: Setup) -> bool:
    with (
        suppress(StandingRefused),
        run_records.running(_fresh(setup.server), SyncDirection.PULL, "full", None),
    ):
        return pull_all() == 1
    assert pull_all() == 0
    return False


def push(setup: Setup) -> bool:
    with (
        suppress(StandingRefused),
        run_records.running(_fresh(setup.server), SyncDirection.PUSH, "full", None),
    ):
        return push_all() == 1 and _has_event(setup)
    assert push_all() == 0
    return False


def caching(setup: Setup) -> bool:
    try:
        cache_server(None, _fresh(setup.server))
    except OutgoingFailed:  # Nothing listens there; the attempt is enough.
        return True
    except (StandingRefused, Conflict):
        return False
    return True


def stream(setup: Setup) -> bool:
    return running_streams().filter(pk=setup.stream.pk).exists()


def stream_reader(setup: Setup) -> bool:
    reader = reading_actor(setup.seed.org_b.pk, "stream")
    with suppress(NotFound):
        return find_event(reader, setup.event.pk).id == setup.event.pk
    return False


def alert(setup: Setup) -> bool:
    people = recipients(version_of(setup.event.pk), 0, 60).people
    return any(person.email.endswith("@b.example") for person in people)


def summaries(setup: Setup) -> bool:
    OutgoingMail.objects.all().delete()
    SentSummary.objects.all().delete()
    send_summaries("daily")
    return OutgoingMail.objects.filter(recipient__endswith="@b.example").exists()


def question(setup: Setup) -> bool:
    """A mail sent through the event's contact form."""
    OutgoingMail.objects.all().delete()
    call(
        setup.seed.analyst.key,
        "POST",
        f"/events/contact/{setup.own.pk}",
        {"message": "Do you see more of it?"},
    )
    return OutgoingMail.objects.filter(recipient__endswith="@b.example").exists()


def job(setup: Setup) -> bool:
    """A job that was queued earlier."""
    try:
        return find_event(job_actor(setup.seed.partner.user.pk), setup.event.pk).id == setup.event.pk
    except Forbidden:
        return False


def writing_job(setup: Setup) -> bool:
    try:
        job_actor(setup.seed.partner.user.pk).require_writing()
    except Forbidden:
        return False
    return True


type Way = Callable[[Setup], bool]

WAYS: dict[str, tuple[Way, str]] = {
    "page, session open": (page, "read_only no_sync"),
    "form, session open": (form, "no_sync"),
    "API key": (api, "read_only"),
    "API key, writing": (api_writing, ""),
    "sync user reads": (lambda setup: api(setup, setup.sync_key), "read_only"),
    "sync user pushes to us": (lambda setup: api_writing(setup, setup.sync_key), ""),
    "TAXII": (taxii_reading, "read_only"),
    "own feed by key": (feed_file, "read_only"),
    "feed of what it sees": (lambda setup: feed_file(setup, "of-b"), "read_only"),
    "we fetch from it": (pull, ""),
    "we send to it": (push, "read_only"),
    "we cache what it knows": (caching, ""),
    "stream to it": (stream, "read_only"),
    "through its eyes": (stream_reader, "read_only no_sync"),
    "mail of events": (alert, "read_only no_sync"),
    "summaries by mail": (summaries, "read_only no_sync"),
    "question by mail": (question, "read_only no_sync"),
    "job ordered before": (job, "read_only no_sync"),
    "job that writes": (writing_job, "no_sync"),
}
"""Way → how it is tried, and the statuses other than active in which it stays open."""


def open_ways(setup: Setup) -> set[str]:
    return {name for name, (way, _) in WAYS.items() if way(setup)}


@pytest.mark.parametrize("kind", ["read_only", "no_sync", "suspended"])
def test_each_way_in_each_status_and_after_it(setup: Setup, kind: str) -> None:
    officer = at_the_screen(setup.desk.officer)
    assert open_ways(setup) == set(WAYS)
    with_approval.suspend(officer, setup.seed.org_b.pk, kind, "It is looked into.")
    assert open_ways(setup) == {name for name, (_, stays) in WAYS.items() if kind in stays.split()}
    with_approval.restore(officer, setup.seed.org_b.pk, "It was nothing.")
    assert open_ways(setup) == set(WAYS)


def test_ended_membership_opens_nothing(setup: Setup) -> None:
    officer = at_the_screen(setup.desk.officer)
    with_approval.terminate(
        officer, setup.seed.org_b.pk, "The member asked for it.", "It stays, in its name."
    )
    assert open_ways(setup) == set()
    people = User.objects.filter(org=setup.seed.org_b).order_by("pk")
    assert not people.filter(disabled=False).exists()
    setup.own.refresh_from_db()  # Its contributions remain.
    found = services.transitions.locked(officer, setup.seed.org_b.pk)
    assert found.ending == {
        "contributions": "It stays, in its name.",
        "events": 1, "attributes": 0, "users": 3, "keys": 3, "connections": 1,
        "accounts": list(people.values_list("pk", flat=True)), "restrictions": [], "state": "active",
        "servers": {str(setup.server.pk): ["push", "pull", "caching_enabled"]},
    }  # fmt: skip


def test_onboarding_member_may_only_test_its_connection(seed: Seed, password_is_enough: None) -> None:
    desk = make_desk(seed)
    event = published_event(seed.org_a, "evil.example")
    opened(desk, seed.org_b)
    assert call(seed.partner_sync.key, "GET", "/servers/getVersion")[0] == 200
    assert call(seed.partner_sync.key, "GET", f"/events/view/{event.pk}")[0] == 404
    status, body = call(seed.partner_sync.key, "POST", "/events/add", {"info": "Early"})
    assert (status, body["message"]) == (
        403, "The membership of your organisation is not active yet: onboarding is in progress.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("read_only", "Your organisation may read but not write: its membership is restricted."),
        ("no_sync", "The API connection of your organisation is suspended. The web works."),
        ("suspended", "The membership of your organisation is suspended."),
    ],
)
def test_refusal_gives_reason(setup: Setup, kind: str, reason: str) -> None:
    with_approval.suspend(at_the_screen(setup.desk.officer), setup.seed.org_b.pk, kind, "It is looked into.")
    status, body = call(setup.key, "POST", "/events/add", {"info": "x"})
    assert (status, body["message"], body["name"]) == (403, reason, reason)
    if kind != "read_only":
        assert taxii(setup.key, "collections/").status_code == 403
        assert send(setup.key, "GET", "/feed/all/manifest.json").status_code == 403
    if kind != "no_sync":
        refused = setup.browser.post("/event/new/", {"info": "x"}, headers={"Accept-Language": "en"})
        assert refused.status_code == 403
        assert reason in refused.content.decode()
    setup.browser.cookies["django_language"] = "sv"
    if kind == "suspended":
        page = setup.browser.get("/").content.decode()
        assert "Er organisations medlemskap är avstängt." in page
        assert 'href="/membership/"' in page  # Its own membership pages stay available:
        assert setup.browser.get("/membership/").status_code == 200


def test_pending_pushes_are_queued_when_suspension_ends(setup: Setup) -> None:
    officer = at_the_screen(setup.desk.officer)
    with_approval.suspend(officer, setup.seed.org_b.pk, "suspended", "It is looked into.")
    ProcrastinateJob.objects.all().delete()
    with_approval.restore(officer, setup.seed.org_b.pk, "It was nothing.")
    job = ProcrastinateJob.objects.get(task_name="sync.push_published")
    assert job.args == {"server_id": setup.server.pk}
