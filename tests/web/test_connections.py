"""The pages of connections: status, what moved and failed, and available actions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.exchange.servers import HERE, certificate, encrypted, responds, serving
from tests.exchange.test_connection_tests import KEY
from tests.factories import make_event
from tests.factories.seed import ApiUser, Seed
from vardkase.core.problems import stored
from vardkase.exchange.certificates import of_pem
from vardkase.exchange.outbox.deliveries import Receiver, claim, version_of
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.servers import client
from vardkase.exchange.servers.models import KEYS, ConnectionHealth, Server
from vardkase.exchange.servers.problems import PeerProblem
from vardkase.exchange.sync.models import (
    EventOutcome,
    FailedEvent,
    MovedEvent,
    SyncDirection,
    SyncRun,
    SyncRunState,
)
from vardkase.exchange.sync.problems import SyncProblem
from vardkase.exchange.sync.push import PUBLISHED

pytestmark = pytest.mark.usefixtures("password_is_enough")

JSON = "application/json"
LIST = "/administration/connections/"


@pytest.fixture
def connection(seed: Seed) -> Server:
    """A pulling connection to an address where nothing listens."""
    return Server.objects.create(
        name="Norden",
        url="https://misp.norden.example",
        encrypted_key=KEYS.encrypt(KEY),
        org=seed.hub,
        remote_org=seed.org_b,
        pull=True,
        priority=1,
    )


def signed_in(api_user: ApiUser, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(api_user.user)
    return client


def test_run_shows_moved_and_failed(seed: Seed, connection: Server) -> None:
    counts = {"events": 3, "failed": 1, "sightings": 2}
    run = SyncRun.objects.create(
        server=connection,
        direction=SyncDirection.PULL,
        technique="full",
        state=SyncRunState.DONE,
        counts=counts,
    )
    lost = uuid4()
    MovedEvent.objects.create(
        run=run, uuid=lost, timestamp=1, outcome=EventOutcome.REFUSED, reason="Info is missing."
    )
    FailedEvent.objects.create(
        server=connection, uuid=lost, timestamp=1, outcome=EventOutcome.REFUSED, reason="Info is missing."
    )
    client = signed_in(seed.site_admin)
    listed = client.get(LIST).content.decode()
    assert "Norden" in listed
    assert "1 event not transferred" in listed
    page = client.get(f"{LIST}{connection.pk}/").content.decode()
    assert "2 sightings" in page
    assert "Info is missing." in page
    assert KEY not in page
    of_run = client.get(f"{LIST}runs/{run.pk}/").content.decode()
    assert "refused here" in of_run
    assert str(lost) in of_run


def test_failed_test_gives_advice(seed: Seed, connection: Server) -> None:
    client = signed_in(seed.site_admin, "sv")
    page = client.post(f"{LIST}{connection.pk}/test/").content.decode()
    assert "Nätet känner inte till namnet i adressen." in page
    assert "Kontrollera hur adressen är stavad." in page
    assert "Inte prövat" in page
    later = client.get(f"{LIST}{connection.pk}/").content.decode()
    assert "fungerar inte" in later
    assert "Nätet säger ”" in later
    assert "fungerar inte" in client.get(LIST).content.decode()


def test_successful_test_shows_our_identity_at_peer(seed: Seed, connection: Server) -> None:
    answers = {
        "/servers/getVersion": {"version": "2.4.190", "perm_sync": True, "perm_sighting": True},
        "/servers/postTest": {"body": client.TEST, "headers": {"Content-type": JSON, "Accept": JSON}},
        "/users/view/me.json": {
            "User": {"email": "us@norden.example"},
            "Role": {"name": "Sync user", "perm_sync": True},
        },
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        responds(json.dumps(answers[handler.path]).encode())(handler)

    with override_settings(VARDKASE_PRIVATE_NETWORKS=HERE), serving(answer) as peer:
        Server.objects.filter(pk=connection.pk).update(url=peer.url)
        page = signed_in(seed.site_admin).post(f"{LIST}{connection.pk}/test/").content.decode()
    assert "The connection works." in page
    assert "Signed in there as us@norden.example with the role “Sync user”." in page
    assert "Not encrypted: the key and events are sent in clear text." in page
    assert "It runs version 2.4.190" in page
    standing = ConnectionHealth.objects.get(server=connection)
    assert (standing.works, standing.reason) == (True, "")


def test_certificate_is_trusted_by_fingerprint(seed: Seed, connection: Server, tmp_path: Path) -> None:
    browser = signed_in(seed.site_admin)
    address = f"{LIST}{connection.pk}/"
    refused = responds(b"{}", 403)
    with override_settings(VARDKASE_PRIVATE_NETWORKS=HERE), serving(refused, encrypted(tmp_path)) as peer:
        Server.objects.filter(pk=connection.pk).update(url=peer.url)
        page = browser.post(f"{address}test/").content.decode()
        assert "The other hub’s certificate is not issued by a CA that this hub trusts." in page
        shown = of_pem(certificate())
        assert shown is not None
        assert shown.fingerprint in page
        browser.post(f"{address}trust/", {"fingerprint": shown.fingerprint[::-1]})
        connection.refresh_from_db()
        assert connection.authority == ""
        browser.post(f"{address}trust/", {"fingerprint": shown.fingerprint})
        page = browser.post(f"{address}test/").content.decode()
    assert "The other hub does not recognise our key." in page
    connection.refresh_from_db()
    assert connection.self_signed
    assert of_pem(connection.authority) == shown


def test_expired_certificate_is_not_offered_for_trust(seed: Seed, connection: Server, tmp_path: Path) -> None:
    ended = certificate(datetime.now(UTC) - timedelta(hours=1))
    with (
        override_settings(VARDKASE_PRIVATE_NETWORKS=HERE),
        serving(responds(b"{}", 403), encrypted(tmp_path, ended)) as peer,
    ):
        Server.objects.filter(pk=connection.pk).update(url=peer.url)
        page = signed_in(seed.site_admin).post(f"{LIST}{connection.pk}/test/").content.decode()
    assert "Ask its administrators to renew it." in page
    assert "trust this certificate" not in page


def test_empty_push_runs_do_not_hide_others(seed: Seed, connection: Server) -> None:
    values = {"server": connection, "direction": SyncDirection.PUSH, "state": SyncRunState.DONE}
    SyncRun.objects.create(**values, technique=PUBLISHED, counts={"events": 0, "proposals": 0})
    shown = [
        SyncRun.objects.create(**values, technique="full", counts={"events": 0}),
        SyncRun.objects.create(**values, technique=PUBLISHED, counts={"proposals": 1}),
        SyncRun.objects.create(**values, technique=PUBLISHED, fault=stored(SyncProblem.CUT_OFF())),
        SyncRun.objects.create(**values, technique=PUBLISHED, total=1, counts={"events": 1}),
    ]
    rows = signed_in(seed.site_admin).get(f"{LIST}{connection.pk}/").context["rows"]
    assert [row.pk for row in rows] == [run.pk for run in reversed(shown)]


def test_failed_event_is_retried_or_dismissed(seed: Seed, connection: Server) -> None:
    browser, lost = signed_in(seed.site_admin, "sv"), uuid4()
    FailedEvent.objects.create(
        server=connection,
        uuid=lost,
        timestamp=1,
        outcome=EventOutcome.FAILED,
        reason=stored(PeerProblem.REFUSED(status=500, said="Kaputt")),
    )
    address = f"{LIST}{connection.pk}/"
    assert "med status 500 och orden ”Kaputt”" in browser.get(address).content.decode()
    browser.post(f"{address}fetch/", {"event": str(lost)})
    assert [job.args["technique"] for job in ProcrastinateJob.objects.filter(task_name="sync.pull")] == [
        str(lost)
    ]
    browser.post(f"{address}let-be/{lost}/")
    assert str(lost) not in browser.get(address).content.decode()


def test_events_of_run_link_to_local_event(seed: Seed, connection: Server) -> None:
    event = make_event(seed.org_a, info="Phishing mot Norden")
    event.save()
    run = SyncRun.objects.create(server=connection, direction=SyncDirection.PUSH, technique="full")
    MovedEvent.objects.create(
        run=run, uuid=event.uuid, timestamp=1, outcome=EventOutcome.FAILED, reason="Que?"
    )
    browser = signed_in(seed.site_admin)
    for path in (f"runs/{run.pk}/", f"{connection.pk}/"):
        page = browser.get(LIST + path).content.decode()
        assert reverse("event", args=[event.pk]) in page
        assert "Phishing mot Norden" in page
        assert "“Que?”" in page
    claim([Receiver(EntryKind.CONNECTION, connection.pk, "Norden")], version_of(event.pk))
    assert "Waiting to be sent" in browser.get(f"{LIST}{connection.pk}/").content.decode()
    MovedEvent.objects.create(run=run, uuid=event.uuid, timestamp=2, outcome=EventOutcome.SENT)
    assert "Phishing mot Norden" not in browser.get(f"{LIST}{connection.pk}/").content.decode()


def test_pull_is_started_and_cancelled(seed: Seed, connection: Server) -> None:
    client = signed_in(seed.site_admin)
    client.post(f"{LIST}{connection.pk}/fetch/")
    client.post(f"{LIST}{connection.pk}/fetch/", {"event": "nonsense"})
    ordered = ProcrastinateJob.objects.filter(task_name="sync.pull")
    assert [job.args["technique"] for job in ordered] == ["full"]
    waiting = client.get(f"{LIST}{connection.pk}/").content.decode()
    assert "The next run will start in a moment." in waiting
    assert 'hx-trigger="every 3s"' in waiting
    ordered.update(status="succeeded")
    assert 'hx-trigger="every 30s"' in client.get(f"{LIST}{connection.pk}/").content.decode()
    run = SyncRun.objects.create(
        server=connection, direction=SyncDirection.PULL, technique="full", total=9, done=4
    )
    assert "4 of 9" in client.get(f"{LIST}{connection.pk}/").content.decode()
    client.post(f"{LIST}runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == SyncRunState.CANCELLED


def test_account_is_bound_to_connection(seed: Seed, connection: Server) -> None:
    browser, user = signed_in(seed.site_admin), seed.partner_sync.user
    address = f"/administration/users/{user.pk}/edit/"
    written = {"email": user.email, "org_id": user.org_id, "role_id": user.role_id}
    assert browser.post(address, written | {"server_id": connection.pk}).status_code == 302
    user.refresh_from_db()
    assert user.server_id == connection.pk
    assert user.email in browser.get(f"{LIST}{connection.pk}/").content.decode()
    assert "Norden" in browser.get(address).content.decode()
    assert browser.post(address, written | {"server_id": connection.pk + 1}).status_code == 422
    assert "Norden" not in signed_in(seed.org_admin).get("/administration/users/new/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "{server}/",
        "{server}/test/",
        "{server}/fetch/",
        "{server}/send/",
        "new/",
        "new/paste/",
        "new/choices/?field=push_tags_or",
        "{server}/edit/",
        "{server}/choices/?field=push_tags_or",
        "{server}/delete/",
        "{server}/key/",
        "{server}/earlier/",
        "{server}/later/",
        "{server}/trust/",
        "{server}/let-be/2ee57a2c-0f0c-4b6d-8a3f-3c9e6b5f8a10/",
        "runs/{run}/",
        "runs/{run}/cancel/",
    ],
)
def test_other_roles_cannot_view_or_act(seed: Seed, connection: Server, path: str) -> None:
    run = SyncRun.objects.create(server=connection, direction=SyncDirection.PULL, technique="full")
    address = LIST + path.format(server=connection.pk, run=run.pk)
    for api_user in (seed.org_admin, seed.partner_sync, seed.reader):
        client = signed_in(api_user)
        assert {client.get(address).status_code, client.post(address).status_code} <= {403, 405}
    assert Client().get(address).status_code in (302, 405)
    run.refresh_from_db()
    assert run.state == SyncRunState.RUNNING
    assert not ProcrastinateJob.objects.filter(task_name__startswith="sync.").exists()
