"""The pages of connections: how they are, what moved and failed, and what an officer may do."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import Cast, Player
from tests.exchange.test_connection_tests import KEY
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync.models import Direction, MovedEvent, Outcome, SetAside, State, SyncRun

pytestmark = pytest.mark.usefixtures("password_is_enough")

LIST = "/administration/connections/"


@pytest.fixture
def connection(cast: Cast) -> Server:
    """A connection that fetches, to where nobody is."""
    return Server.objects.create(
        name="Norden",
        url="https://misp.norden.example",
        encrypted_key=KEYS.encrypt(KEY),
        org=cast.hub,
        remote_org=cast.org_b,
        pull=True,
        priority=1,
    )


def signed_in(player: Player, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(player.user)
    return client


def test_what_moved_and_failed_is_told(cast: Cast, connection: Server) -> None:
    counts = {"events": 3, "failed": 1, "sightings": 2}
    run = SyncRun.objects.create(
        server=connection, direction=Direction.PULL, technique="full", state=State.DONE, counts=counts
    )
    lost = uuid4()
    MovedEvent.objects.create(
        run=run, uuid=lost, timestamp=1, outcome=Outcome.REFUSED, reason="Info is missing."
    )
    SetAside.objects.create(
        server=connection, uuid=lost, timestamp=1, outcome=Outcome.REFUSED, reason="Info is missing."
    )
    client = signed_in(cast.site_admin)
    listed = client.get(LIST).content.decode()
    assert "Norden" in listed
    assert "1 event not moved" in listed
    told = client.get(f"{LIST}{connection.pk}/").content.decode()
    assert "2 sightings" in told
    assert "Info is missing." in told
    assert KEY not in told
    of_run = client.get(f"{LIST}runs/{run.pk}/").content.decode()
    assert "refused here" in of_run
    assert str(lost) in of_run


def test_a_test_says_what_to_do(cast: Cast, connection: Server) -> None:
    told = signed_in(cast.site_admin, "sv").post(f"{LIST}{connection.pk}/test/").content.decode()
    assert "Den andra instansen går inte att nå" in told
    assert "Kontrollera adressen" in told


def test_fetching_is_ordered_and_stopped(cast: Cast, connection: Server) -> None:
    client = signed_in(cast.site_admin)
    client.post(f"{LIST}{connection.pk}/fetch/")
    client.post(f"{LIST}{connection.pk}/fetch/", {"event": "nonsense"})
    ordered = ProcrastinateJob.objects.filter(task_name="sync.pull")
    assert [job.args["technique"] for job in ordered] == ["full"]
    run = SyncRun.objects.create(
        server=connection, direction=Direction.PULL, technique="full", total=9, done=4
    )
    assert "4 of 9" in client.get(f"{LIST}{connection.pk}/").content.decode()
    client.post(f"{LIST}runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == State.CANCELLED


@pytest.mark.parametrize(
    "path",
    [
        "",
        "{server}/",
        "{server}/test/",
        "{server}/fetch/",
        "{server}/send/",
        "runs/{run}/",
        "runs/{run}/cancel/",
    ],
)
def test_nobody_else_may_look_or_act(cast: Cast, connection: Server, path: str) -> None:
    run = SyncRun.objects.create(server=connection, direction=Direction.PULL, technique="full")
    address = LIST + path.format(server=connection.pk, run=run.pk)
    for player in (cast.org_admin, cast.partner_sync, cast.reader):
        client = signed_in(player)
        assert {client.get(address).status_code, client.post(address).status_code} <= {403, 405}
    assert Client().get(address).status_code in (302, 405)
    run.refresh_from_db()
    assert run.state == State.RUNNING
    assert not ProcrastinateJob.objects.filter(task_name__startswith="sync.").exists()
