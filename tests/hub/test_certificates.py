"""Certificates that end soon are seen: of the hub's address, of the mail server, of peers and for them."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from tests.factories.seed import Seed
from tests.support.certificates import Authority
from tests.support.mail_server import mail_server, use
from tests.support.ports import free_port
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.taxii.models import TaxiiServer
from vardkase.hub.instance.certificates import look_at_presented
from vardkase.hub.instance.gauges import CERTIFICATES, Gauges
from vardkase.hub.instance.health import Check, checks
from vardkase.identity.sign_in_policy.models import IdentityProvider

pytestmark = pytest.mark.django_db


def certificates(seed: Seed) -> Check:
    return next(check for check in checks(seed.site_admin.actor) if check.name == "certificates")


def context(folder: Path, authority: Authority, ends: timedelta) -> ssl.SSLContext:
    issued = authority.issue("localhost", ends=ends)
    file = folder / "server.pem"
    file.write_text(issued.key_pem + issued.pem)
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(file)
    return found


def test_certificates_that_others_present_are_looked_at(seed: Seed, settings: Any, tmp_path: Path) -> None:
    authority = Authority()
    assert (look_at_presented(), certificates(seed).facts["known"]) == (0, 0)
    with mail_server(certificate=context(tmp_path, authority, timedelta(days=9))) as server:
        use(settings, server.port, VARDKASE_SMTP_SECURITY="starttls")
        assert look_at_presented() == 1
        found = certificates(seed)
        assert (found.state, found.facts["soon"]) == ("warn", ["127.0.0.1"])
    # The server is gone, and what was seen is kept; one that is no longer used does not matter.
    assert (look_at_presented(), certificates(seed).state) == (0, "warn")
    settings.VARDKASE_SMTP_HOST = ""
    assert certificates(seed).facts["known"] == 0
    # An address that answers in TLS: a certificate that has ended is seen all the same.
    with mail_server(
        certificate=None, ssl_context=context(tmp_path, authority, timedelta(days=-1)), port=free_port()
    ) as server:
        settings.BASE_URL = f"https://127.0.0.1:{server.port}"
        assert look_at_presented() == 1
    found = certificates(seed)
    assert (found.state, found.facts["ended"]) == ("bad", [f"127.0.0.1:{server.port}"])


def test_certificates_of_connections_are_seen_and_measured(seed: Seed) -> None:
    authority = Authority()
    ours = authority.issue("us", ends=timedelta(days=5))
    Server.objects.create(
        name="Nordic hub", url="https://203.0.113.9", org_id=seed.org_a.pk, remote_org_id=seed.org_b.pk, push=True,
        priority=1, authority=authority.root.pem, encrypted_certificate=KEYS.encrypt(ours.key_pem + ours.pem),
    )  # fmt: skip
    found = certificates(seed)
    assert (found.facts["known"], found.facts["soon"]) == (2, ["Nordic hub"])
    registry = CollectorRegistry()
    registry.register(Gauges())
    lines = generate_latest(registry).decode().splitlines()
    measured = {line.split()[0]: float(line.split()[1]) for line in lines if line.startswith(CERTIFICATES)}
    ends = ours.certificate.not_valid_after_utc.timestamp()
    assert measured[f'{CERTIFICATES}{{use="ours_at_peer"}}'] == ends
    assert measured[f'{CERTIFICATES}{{use="peer"}}'] > ends


def test_feeds_taxii_servers_sign_in_services_and_storage_are_looked_at(
    seed: Seed, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = context(tmp_path, Authority(), timedelta(days=4))
    with mail_server(certificate=None, ssl_context=issued, port=free_port()) as server:
        place = f"127.0.0.1:{server.port}"
        here, gone = f"https://{place}", f"https://127.0.0.1:{free_port()}"
        settings.VARDKASE_PRIVATE_NETWORKS = settings.VARDKASE_SIGN_IN_NETWORKS = ["127.0.0.0/8"]
        for url, used in (
            (f"{here}/a", True),
            (f"{here}/b", True),
            (gone, True),
            ("https://x.example", False),
        ):
            Feed.objects.create(name=url, provider="x", url=url, enabled=used)
        common = {"org": seed.org_a, "api_root": "r"}
        TaxiiServer.objects.create(name="Collections", baseurl=f"{here}/taxii", **common)
        TaxiiServer.objects.create(name="Plain", baseurl="http://127.0.0.1:1", **common)
        IdentityProvider.objects.create(org=seed.org_b, issuer=here, client_id="x", secret="x", label="x")
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", here)
        assert look_at_presented() == 3
        settings.VARDKASE_FILES = "s3://files/hub"
        assert look_at_presented() == 4
    found = certificates(seed)
    soon = sorted(["Collections", f"{seed.org_b.name} ({place})", place])
    assert (found.state, found.facts["soon"]) == ("warn", soon)
    registry = CollectorRegistry()
    registry.register(Gauges())
    uses = {
        line.split('"')[1]
        for line in generate_latest(registry).decode().splitlines()
        if CERTIFICATES + "{" in line
    }
    assert uses == {"feed", "taxii", "provider", "storage"}
