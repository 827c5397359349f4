"""A whole real MISP moves in, named by `VARDKASE_MISP_DUMP` (its dump; files, settings and a README beside it).

What is asserted is the list "Must be true after the move" of that README, by number, through PyMISP and a browser, with
the old passwords and keys that the README tells.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page
from pymisp import PyMISP
from typer.testing import CliRunner

from tests.support.web_server import WebServer, running_web_server
from tests.web.accounts import code_of
from vardkase.cli.main import commands
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.hub.move_in import running
from vardkase.hub.move_in.models import MoveStep
from vardkase.hub.move_in.steps import STEPS
from vardkase.hub.move_in.taking import Step, Taking
from vardkase.identity.organisations.models import Organisation

DUMP = os.environ.get("VARDKASE_MISP_DUMP", "")
EVENT, BLOCKED = "a3d1e301-35b4-430b-9849-9f9193a540a0", "b10c0000-0001-4000-8000-00000000b10c"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ANALYST_DATA = (
    ("Opinion", "c8305a1f-5050-4802-9dc6-0da8e63d82fe", EVENT, "MiXeD.Case@Nordbank.example", "Nordbank"),
    ("Note", "a2d6ae84-5c47-44ae-a2f1-adef98c3d120", EVENT, "Åke; Eva", "Norrsken CERT"),
    ("Opinion", "065431fc-03aa-478f-92dc-9621e679ccb7", "a2d6ae84-5c47-44ae-a2f1-adef98c3d120",
     "MiXeD.Case@Nordbank.example", "Nordbank"),
    ("Note", "c15fa448-45e7-4301-883e-e92fdf9b9915", "065431fc-03aa-478f-92dc-9621e679ccb7",
     "org.admin@norrsken.example", "Norrsken CERT"),
)  # fmt: skip
"""Kind, UUID, what it is about, author, creator: an opinion, and a note on an opinion on a note."""
DISABLED, STOPPED_AFTER = ("U5", "U14", "U15"), 20

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(not DUMP, reason="VARDKASE_MISP_DUMP names no dump"),
]


class Told:
    """What the README tells of people and keys: e-mail addresses, passwords, raw keys."""

    def __init__(self, readme: str) -> None:
        people = re.findall(r"^\| (U\d+) \| \d+ \| `([^`]+)` \| `([^`]+)`", readme, re.MULTILINE)
        self.emails = {name: email for name, email, _ in people}
        self.passwords = {name: password for name, _, password in people}
        self.keys = dict(re.findall(r"^\| (K\d+) \| \d+ \| `([^`]+)`", readme, re.MULTILINE))


@pytest.fixture
def told() -> Told:
    return Told((Path(DUMP).parent / "README.md").read_text())


@pytest.fixture
def hub(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """The hub after the move, behind one proxy, so that requests come from wherever a test says."""
    _move(monkeypatch)
    logging.getLogger("pymisp").setLevel(logging.CRITICAL)  # It reports every refusal.
    with running_web_server(tmp_path, VARDKASE_TRUSTED_PROXIES="1") as server:
        yield server


def test_everything_that_must_be_true_is(hub: WebServer, told: Told, chromium: Browser) -> None:
    misp = Misp(hub, told)
    _people(hub, told, chromium, misp)
    _keys_and_roles(misp)
    _events_and_files(misp)
    _who_sees_what(hub, told, chromium, misp)
    _nothing_contacts_others(hub)


class Misp:
    """PyMISP and plain requests with one of the old keys, from an address."""

    def __init__(self, hub: WebServer, told: Told) -> None:
        self._hub, self._told = hub, told

    def of(self, key: str, address: str = "192.0.2.9") -> Any:
        """PyMISP: asks who it is at once, and raises if the key does not work."""
        return PyMISP(self._hub.url, self._told.keys[key], http_headers={"X-Forwarded-For": address})

    def status(
        self, key: str, path: str = "/users/view/me.json", address: str = "192.0.2.9", **body: Any
    ) -> int:
        return self.ask(key, path, address, **body).status_code

    def ask(self, key: str, path: str, address: str = "192.0.2.9", **body: Any) -> requests.Response:
        headers = {
            "Authorization": self._told.keys[key],
            "Accept": "application/json",
            "X-Forwarded-For": address,
        }
        method = "POST" if body else "GET"
        return requests.request(method, self._hub.url + path, json=body or None, headers=headers, timeout=60)


@contextmanager
def signed_in(hub: WebServer, told: Told, chromium: Browser, name: str) -> Iterator[Page]:
    """A page after the person's old password has been entered."""
    context: BrowserContext = chromium.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{hub.url}/account/login/")
    page.fill("#id_login", told.emails[name])
    page.fill("#id_password", told.passwords[name])
    page.press("#id_password", "Enter")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def _people(hub: WebServer, told: Told, chromium: Browser, misp: Misp) -> None:
    """1 to 3"""
    with signed_in(hub, told, chromium, "U7") as page:
        assert page.url == f"{hub.url}/"
        page.goto(f"{hub.url}/event/300/")
        assert page.url.endswith("/event/300/"), "nobody asks for a new password"
    for name in DISABLED:
        with signed_in(hub, told, chromium, name) as page:
            page.goto(f"{hub.url}/event/300/")
            assert "login" in page.url, name
    assert misp.status("K11") == 403
    with signed_in(hub, told, chromium, "U17") as page:
        assert "/second-factor/authenticate" in page.url
        page.fill("#id_code", code_of(TOTP_SECRET))
        page.press("#id_code", "Enter")
        page.wait_for_url(f"{hub.url}/")
    with signed_in(hub, told, chromium, "U17") as page:
        page.fill("#id_code", format_hotp_value(hotp_value(TOTP_SECRET, 12)))
        page.press("#id_code", "Enter")
        page.wait_for_url(f"{hub.url}/")
    with signed_in(hub, told, chromium, "U23") as page:
        for path in ("/", "/event/300/"):
            page.goto(hub.url + path)
            assert "password/change" in page.url


def _keys_and_roles(misp: Misp) -> None:
    """4 to 6"""
    assert (misp.status("K3", address="11.1.2.3"), misp.status("K3", address="10.1.2.3")) == (403, 200)
    addresses = {address: misp.status("K10", address=address) for address in ("192.0.2.7", "198.51.100.7")}
    assert set(addresses.values()) == {200}
    assert misp.status("K10", address="198.51.100.8") == 403
    assert misp.status("K10", "/events/add", "192.0.2.7", info="x") == 403
    assert "stopped working" in misp.ask("K6", "/users/view/me.json").json()["message"]
    known = misp.ask("K2", "/auth_keys/view/34.json").json()["AuthKey"]
    assert known["expiration"] == "1924992000", "2031-01-01"
    assert misp.status("K2", "/events/add", info="written with an old key") == 200
    assert (misp.status("K4"), misp.status("K4", "/events/add", info="x")) == (200, 403)

    odd = misp.of("K9")
    assert odd.add_event({"info": "x"})["errors"][0] == 403
    assert "errors" not in odd.tag(EVENT, "tlp:green")
    assert "errors" not in odd.add_sighting({"type": "0"}, attribute=278140, pythonify=False)


def _events_and_files(misp: Misp) -> None:
    """7 to 9, 11, 13"""
    publisher = misp.of("K2")
    event = publisher.get_event(300, pythonify=True)
    assert (event.id, event.uuid) == (300, EVENT)
    assert len(publisher.get_event(321, pythonify=True).attributes) == 3000
    attachment = publisher.get_attribute(278163, pythonify=True)
    assert _digest(attachment.data) == "1710a94da6a5033d630e398512f724f62ca3e6dca2e1ede0228210ee20169b81"
    sample = publisher.get_attribute(278164, pythonify=True)
    assert sample.malware_filename == "skadlig kod.exe"
    assert (
        _digest(sample.malware_binary) == "f5ecf76e623de8a03aaa7701c9b38035954fff9bd913cec10245f05aad55df3b"
    )
    with zipfile.ZipFile(io.BytesIO(misp.ask("K2", "/attributes/download/278164").content)) as zipped:
        assert "skadlig kod.exe" in [
            zipped.read(name, b"infected").decode("latin-1") for name in zipped.namelist()
        ]
    assert "13" in [str(each["ShadowAttribute"]["id"]) for each in publisher.attribute_proposals(300)]
    file = misp.ask("K2", "/shadow_attributes/download/13").content
    assert (
        hashlib.sha256(file).hexdigest() == "bec9cb1c33a8db9e943dd4e708b531b1372bee88b4dc35df760c4de262a5c7e5"
    )

    assert 278159 not in [each.id for each in event.attributes]
    assert 642 not in [each.id for each in event.objects]
    assert 16 not in [each.id for each in event.event_reports if not each.deleted]
    assert publisher.add_event({"info": "Deleted event 1 åäö", "uuid": BLOCKED})["errors"][0] == 403

    old = publisher.get_event(301, pythonify=True)
    assert str(old.date) == "1969-07-20"
    assert "1965-03-04T05:06:07" in [str(each.first_seen)[:19].replace(" ", "T") for each in old.attributes]


def _who_sees_what(hub: WebServer, told: Told, chromium: Browser, misp: Misp) -> None:
    """10, 12, 14"""
    for name, statuses in (("U20", (200, 404)), ("U9", (404, 200))):
        with signed_in(hub, told, chromium, name) as page:
            answers = [page.goto(f"{hub.url}/event/{number}/") for number in (311, 310)]
            assert answers[0] is not None
            assert answers[0].status == statuses[0], name
    assert misp.of("K14").get_event(311)["Event"]["id"] == "311"
    assert misp.of("K2").get_event(311)["errors"][0] == 404
    twins = Organisation.objects.in_bulk([13, 14])
    assert [twins[number].name for number in (13, 14)] == ["Nordbank", "NORDBANK (14)"]
    assert twins[13].uuid != twins[14].uuid

    leaves = json.dumps(misp.of("K8").search(eventid=300))
    assert ("norrsken:local-only" in leaves, "Phishing" in leaves or EVENT in leaves) == (False, True)
    for returned in ("json", "stix2", "csv"):
        exported = misp.ask("K2", "/events/restSearch", returnFormat=returned).text
        assert "norrsken:not-exportable" not in exported, returned

    nordbank = misp.of("K14")
    for kind, own, about, author, creator in ANALYST_DATA:
        found = nordbank.direct_call(f"analyst_data/view/{kind}/{own}")[kind]
        assert (found["uuid"], found["object_uuid"], found["authors"]) == (own, about, author)
        assert found["Orgc"]["name"] == creator
        assert found.get("opinion") in (None, *(("85",) if about == EVENT else ("0",)))


def _nothing_contacts_others(hub: WebServer) -> None:
    """15"""
    assert Server.objects.count() == 4
    assert not Server.objects.exclude(pull=False, push=False, caching_enabled=False).exists()
    assert not Feed.objects.exclude(enabled=False, caching_enabled=False).exists()
    assert all(KEYS.decrypt(server.encrypted_key) for server in Server.objects.all())
    assert [server.pull_rules or server.push_rules for server in Server.objects.all()].count({}) < 4
    switched = CliRunner().invoke(commands, ["move-in", "switch-on", "server", "--json"])
    assert {row["kind"] for row in json.loads(switched.stdout)} == {"server"}


def _move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted in the middle, and gone on with: the steps that were done are not done again."""
    folder = Path(DUMP).parent
    given = ["move-in", "--dump", DUMP, "--files", str(folder / "files.tar.xz"), "--settings"]
    given += [str(folder / "settings.json"), "--json"]
    steps = STEPS

    def stop(_: Taking) -> None:
        raise KeyboardInterrupt

    stopped = (*steps[:STOPPED_AFTER], Step("stop", (), stop), *steps[STOPPED_AFTER:])
    monkeypatch.setattr(running, "STEPS", stopped)
    assert CliRunner().invoke(commands, given).exit_code != 0
    monkeypatch.setattr(running, "STEPS", steps)
    done = set(MoveStep.objects.values_list("pk", flat=True))
    assert len(done) == STOPPED_AFTER
    answer = CliRunner().invoke(commands, given)
    assert answer.exit_code == 0, answer.output
    assert done < set(MoveStep.objects.values_list("pk", flat=True))
    report = json.loads(answer.stdout)
    assert report["unread"] == {}
    assert [entry for entry in report["left_out"] if entry["kind"] == "differences in events"] == []


def _digest(content: io.BytesIO | None) -> str:
    assert content is not None
    return hashlib.sha256(content.getvalue()).hexdigest()
