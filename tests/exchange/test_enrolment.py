"""A member's own platform joins a hub by enrolment code: two real installations, each with its own database."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from bench.client import Client
from bench.instance import VARDKASE, Instance
from tests.factories.seed import Seed
from tests.support.folders import temporary_folder
from tests.support.hubs import running_hub
from tests.support.web_server import WebServer
from vardkase.audit.models import AuditEntry
from vardkase.hub.enrolment import codes
from vardkase.hub.enrolment.models import EnrolmentCode
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.accounts.models import AuthKey

SWITCHES = {"VARDKASE_PRIVATE_NETWORKS": "127.0.0.0/8", "VARDKASE_PROFILE": "member"}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Instance, Path]]:
    """A member's own platform, and its data folder."""
    for name, value in SWITCHES.items():
        monkeypatch.setenv(name, value)
    with temporary_folder() as folder, running_hub(folder) as instance:
        yield instance, folder


def console(seed: Seed) -> Actor:
    return console_actor(seed.hub.pk, "Hub", "ada")


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A `vardkase` command at the platform's console."""
    line = [*VARDKASE, *words, "--data-dir", str(folder), "--json"]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=_environment(), timeout=120)


def _environment() -> dict[str, str]:
    """The environment without the tests' database: the platform has its own."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


@pytest.mark.live
def test_platform_joins_by_enrolment_code_and_pulls(
    server: WebServer, server_seed: Seed, platform: tuple[Instance, Path]
) -> None:
    seed, (instance, folder) = server_seed, platform
    Membership.objects.create(
        organisation=seed.org_a, sector="municipality", connection="api", state="active"
    )
    shared = {"info": "For all members", "distribution": 3, "published": True}
    shared |= {"uuid": str(uuid4()), "Attribute": [{"type": "domain", "value": "one.example"}]}
    with Client(server.url, seed.site_admin.key) as hub:
        hub.post("/events/add", {"Event": shared})
    _, code = codes.make_code(console(seed), seed.org_a.pk)

    joined = command(folder, "enrol", code, server.url)
    assert joined.returncode == 0, joined.stderr
    assert json.loads(joined.stdout)["fault"] == ""
    again = command(folder, "enrol", code, server.url)
    assert again.returncode == 1, "a code works once"
    assert "does not recognise this code" in again.stderr or "känner inte till koden" in again.stderr

    used = EnrolmentCode.objects.get()
    key = AuthKey.objects.get(user=used.account)
    assert used.account is not None
    assert (used.account.org, used.account.role.perm_sync) == (seed.org_a, True)
    assert key.allowed_ips == ["127.0.0.1"]
    assert key.expiration > timezone.now().timestamp() + 300 * 86400
    assert code not in str(AuditEntry.objects.values_list("change", "title"))

    with Client(instance.url, instance.key) as client:
        own = client.get("/organisations/view/1").json()["Organisation"]
        assert (own["uuid"], own["name"]) == (str(seed.org_a.uuid), seed.org_a.name)
        connection = client.get("/servers/index").json()[0]
        assert connection["Server"]["url"] == server.url
        assert connection["RemoteOrg"]["uuid"] == str(seed.hub.uuid)
        assert (connection["Server"]["pull"], connection["Server"]["push"]) == (True, False)
        client.post("/servers/serverSettingsEdit/MISP.background_jobs", {"value": False})
        client.post(f"/servers/pull/{connection['Server']['id']}/full", {})
        assert client.get(f"/events/view/{shared['uuid']}").json()["Event"]["info"] == "For all members"
        member = client.get("/organisations/index/scope:external").json()
        assert seed.hub.name in str(member)
