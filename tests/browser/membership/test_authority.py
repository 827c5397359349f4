"""An authority connects by API, with a client certificate and a key bound to its address, and synchronises."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Page
from pysequoia import Tsk

from bench.client import Client, Refused
from bench.instance import Instance, run
from tests.browser.membership.hub import PASSWORD, TIMEOUT, Colleagues, Hub, approve, assess
from tests.browser.pages import open_private_link
from tests.hub.membership.answers import ANSWERS, answers
from tests.support.certificates import Authority, Issued
from tests.support.internet import way_from
from vardkase.core.clock import today

pytestmark = [pytest.mark.browser, pytest.mark.live]

NAME = "Havsmyndigheten"
EGRESS, ELSEWHERE = "198.51.100.20", "198.51.100.21"
SIV, TECHNICIAN = "siv@hav.example", "teknik@hav.example"
MODULE = "MISP: dela information"
"""The training that the authority's policy requires."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The authority's own MISP with its certificate, its key to the hub, and the routes there."""

    instance: Instance
    hub: Hub
    certificate: tuple[str, str]
    issued: Issued
    key: str
    way: int
    other_way: int

    def ask(self, path: str, body: Any = None) -> Any:
        """An answer of its own API to its administrator."""
        with Client(self.instance.url, self.instance.key) as client:
            return (client.get(path) if body is None else client.post(path, body)).json()

    def call(
        self, path: str, *, shown: tuple[str, str] | None = None, way: int = 0, bare: bool = False
    ) -> tuple[int, Any]:
        """The hub's answer to a call with the key: with the certificate unless `bare`, or with another."""
        answer = requests.get(
            f"https://localhost:{way or self.way}{path}",
            headers={"Authorization": self.key, "Accept": "application/json"},
            cert=None if bare else shown or self.certificate,
            verify=self.hub.front.root,
            timeout=30,
        )
        return answer.status_code, answer.json()

    def refusals(self) -> dict[str, str]:
        """The hub's answers when something is missing."""
        other = self.hub.front.files("other", Authority().issue("annan.example"))
        tried = {
            "no certificate": self.call("/events/index", bare=True),
            "another certificate": self.call("/events/index", shown=other),
            "another address": self.call("/events/index", way=self.other_way),
        }
        assert {status for status, _ in tried.values()} == {403}
        return {what: answer["message"] for what, (_, answer) in tried.items()}


def application(certificate: Issued, uuid: str, pgp: str) -> dict[str, Any]:
    """The application form, received by mail."""
    contacts = {
        role: {**each, "email": each["email"].replace("skogsby", "hav")}
        for role, each in ANSWERS["contacts"].items()
    }
    contacts["technical"] |= {"email": TECHNICIAN, "key": pgp}
    machine = {"software": "MISP", "version": "2.5.27", "egress": [EGRESS], "uuid": uuid, "key": pgp}
    return answers(
        organisation={
            "name": NAME,
            "number": "202100-4755",
            "sector": "state_authority",
            "domains": ["hav.example"],
        },
        contacts=contacts,
        connection={
            "method": "api",
            "reasons": "Vår MISP hämtar och skickar.",
            "users": 3,
            "api": {**machine, "certificate": certificate.pem},
        },
    )


def states(page: Page) -> dict[str, str]:
    """The checklist's states as shown on the page."""
    rows = page.locator("table:has(caption:text('Checklista')) tbody tr").all()
    return {
        row.locator("th").inner_text().split("\n")[0]: row.locator("td").inner_text().strip() for row in rows
    }


def eventually(found: Any) -> Any:
    """The result of `found`, once it raises no error."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return found()
        except Refused:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def press(page: Page) -> None:
    """Submits the page's main form."""
    before = page.url
    page.click("main form:has(button.button-primary) button.button-primary")
    page.wait_for_load_state()
    assert page.locator(".error").count() == 0, (before, page.inner_text("main"))


def admit(hub: Hub, colleagues: Colleagues, document: dict[str, Any]) -> str:
    """An officer imports the application, two assess and approve it; returns the member's page."""
    file = hub.folder / "form.json"
    file.write_text(json.dumps(document))
    run(hub.folder, "membership", "import", str(file))
    officer = colleagues.officer
    officer.goto("/applications/")
    officer.click(f"a:has-text('{NAME}')")
    here = officer.url
    officer.click("form[action$='/review/'] button")
    assess(officer, here)
    approve(hub, officer, colleagues.jurist, here, "Myndigheten uppfyller villkoren.")
    assert NAME in hub.letter("anna@hav.example", "Myndigheten uppfyller villkoren.")
    officer.goto(here)
    officer.click("#deciding a[href^='/members/']")
    return officer.url


def technical_items(hub: Hub, colleagues: Colleagues, member: str, uuid: str) -> None:
    """The officer's and the operator's items, each on its page; most values come from the application."""
    officer, operator = colleagues.officer, colleagues.operator
    assert states(officer)["Organisationen är upplagd"] == "Pågår", "its own MISP knows it by another UUID"
    officer.goto(f"{member}checklist/organisation/")
    assert officer.input_value("main [name=uuid]") == uuid
    press(officer)
    operator.goto("/service/organisations/")
    operator.click(f"a:has-text('{NAME}')")
    assert "Ansluts" in operator.inner_text("main .page-head")
    operator.click("a[href$='/checklist/administrator/']")
    operator.fill("main [name=email]", SIV)
    press(operator)
    operator.goto(f"{member}checklist/domain/")
    operator.select_option("main [name=method]", "mail")
    press(operator)
    for item in ("networks", "certificate", "sync_user"):
        operator.goto(f"{member}checklist/{item}/")
        press(operator)
    postmaster = hub.page()
    open_private_link(postmaster, hub.link_in_mail("postmaster@hav.example", r"/entrance/domain/\S+"))
    postmaster.click("main button")


def own_items(hub: Hub, colleagues: Colleagues, member: str, certificate: tuple[str, str]) -> Page:
    """The administrator's items: second factor, statement, policy, trained users."""
    visitor = hub.page()
    open_private_link(visitor, hub.link_in_mail(SIV, r"/welcome/\S+"))
    visitor.fill("[name=password]", PASSWORD)
    visitor.click("main button.button-primary")
    visitor.wait_for_url("**/login/**")
    siv, officer = hub.sign_in(SIV, PASSWORD, certificate), colleagues.officer
    siv.goto("/membership/")
    assert states(siv)["Synkkonto med bunden API-nyckel"] == "Pågår"
    assert f"skickats till {TECHNICIAN} men inte öppnats" in siv.inner_text("main")
    assert hub.url in siv.inner_text("#connecting")
    siv.click("a:has-text('Kraven på API-anslutning är godkända')")
    assert EGRESS in siv.input_value("[name=egress_addresses]"), "from the application"
    siv.click("main button[formaction$='/requirements/submit/']")
    officer.goto(f"{member}checklist/requirements/")
    officer.click("main a:has-text('Öppna kravlistan')")
    officer.click("form[action$='/requirements/approve/'] .button-primary")
    siv.goto("/membership/")
    siv.click("a:has-text('Delningspolicyn gäller')")
    siv.click("form:has(input[value=authority]) button, button[value=authority]")
    siv.click("a[href*=in-force]")
    press(siv)
    siv.goto("/policy/training/add/")
    siv.check(f"input[name=user][value='{SIV}']")
    siv.fill("[name=module]", MODULE)
    press(siv)
    return siv


@contextmanager
def connect(hub: Hub, issued: Issued, certificate: tuple[str, str], secret: Tsk) -> Iterator[Machine]:
    """The technician fetches the key, enters it in the authority's MISP, and tests the connection from there."""
    technician = hub.page()
    open_private_link(technician, hub.link_in_mail(TECHNICIAN, r"/welcome/key/\S+", secret=secret))
    technician.click("main button.button-primary")
    key = technician.locator("[data-copy]").get_attribute("data-copy") or ""
    uuid = technician.locator("dl .value").last.inner_text()
    with way_from(EGRESS, hub.front.port) as way, way_from(ELSEWHERE, hub.front.port) as other:
        machine = Machine(hub.peer, hub, certificate, issued, key, way, other)
        at_home = {"name": "Hubben", "uuid": uuid, "local": True}
        remote = machine.ask("/admin/organisations/add", at_home)["Organisation"]["id"]
        server = {
            "name": "Hubben",
            "url": f"https://localhost:{way}",
            "authkey": key,
            "remote_org_id": remote,
            "push": True,
            "pull": True,
            "submitted_cert": hub.front.authority.root.pem,
            "submitted_client_cert": issued.pem + issued.key_pem,
        }
        assert machine.ask("/servers/add", server)["Server"]["id"] == "1"
        assert machine.ask("/servers/testConnection/1", {})["status"] == 1
        yield machine


def connect_back(machine: Machine, colleagues: Colleagues, member: str) -> None:
    """The hub gets an account at the authority, and tests the connection from its side."""
    roles = {each["Role"]["name"]: each["Role"]["id"] for each in machine.ask("/roles/index")}
    hub = next(
        each["Organisation"]["id"]
        for each in machine.ask("/organisations/index")
        if each["Organisation"]["name"] == "Hubben"
    )
    account = {"email": "hubben@hav.example", "org_id": hub, "role_id": roles["Sync user"], "change_pw": 0}
    user = machine.ask("/admin/users/add", account)["User"]["id"]
    key = machine.ask(f"/auth_keys/add/{user}", {"comment": "hub"})["AuthKey"]["authkey_raw"]
    officer, operator = colleagues.officer, colleagues.operator
    officer.goto(f"{member}checklist/server/")
    officer.fill("main [name=url]", machine.instance.url)
    officer.fill("main [name=authkey]", key)
    officer.uncheck("main [name=push]")
    press(officer)
    operator.goto(f"{member}checklist/server/")
    operator.click("main button:has-text('Prova anslutningen')")
    operator.wait_for_load_state()
    assert "Anslutningen fungerar." in operator.inner_text("main")


def test_authority_connects_by_api_and_synchronises(hub: Hub, colleagues: Colleagues) -> None:
    issued = Authority("Havsmyndighetens CA").issue("misp.hav.example")
    certificate = hub.front.files("hav", issued)
    secret = Tsk.generate(user_id=f"Teknik <{TECHNICIAN}>")
    with Client(hub.peer.url, hub.peer.key) as client:
        client.post("/admin/organisations/edit/1", {"name": NAME})
        uuid = client.get("/organisations/view/1").json()["Organisation"]["uuid"]
    document = application(issued, uuid, str(secret.extract_certificate()))
    member = admit(hub, colleagues, document)
    technical_items(hub, colleagues, member, uuid)
    siv = own_items(hub, colleagues, member, certificate)
    officer = colleagues.officer
    with connect(hub, issued, certificate, secret) as machine:
        siv.goto("/membership/")
        assert states(siv)["Ett anrop har kommit in"] == "Klart"
        connect_back(machine, colleagues, member)
        siv.click("a:has-text('Klientcertifikatet är registrerat')")
        for rule in ("certificates", "keys"):
            siv.check(f"input[name={rule}][value=enforce]", force=True)
        siv.click("form[action$='/modes/'] button.button-primary")
        officer.goto(member)
        assert set(states(officer).values()) == {"Klart"}
        assert machine.call("/events/index")[1] == [], "not a member yet"
        officer.click("a[href$='/activate/']")
        press(officer)

        synchronise(hub, machine, siv)
        reasons = machine.refusals()
        assert "none was presented" in reasons["no certificate"]
        assert "CN=annan.example" in reasons["another certificate"]
        assert "from your IP address" in reasons["another address"]
        key = next(
            each["AuthKey"]
            for each in hub.get("/auth_keys/index")
            if each["User"]["email"] == "misp-sync@hav.example"
        )
        yesterday = (today() - timedelta(days=1)).isoformat()
        hub.post(f"/auth_keys/edit/{key['id']}", {"expiration": yesterday})
        status, answer = machine.call("/events/index")
        assert (status, yesterday in answer["message"]) == (403, True)
        siv.goto("/membership/")
        assert states(siv)["Synkkonto med bunden API-nyckel"] == "Pågår", "the facts are what counts"


def synchronise(hub: Hub, machine: Machine, siv: Page) -> None:
    """By MISP's protocol, both ways; the authority's events are under its own policy on the hub too."""
    theirs = hub.post(
        "/events/add",
        {
            "info": "Intrång i hamnar",
            "distribution": 3,
            "published": True,
            "Attribute": [{"type": "domain", "value": "hamn.example"}],
        },
    )["Event"]
    status, index = machine.call("/events/index")
    assert (status, [each["uuid"] for each in index if each["info"] == "Intrång i hamnar"]) == (
        200,
        [theirs["uuid"]],
    )
    machine.ask("/servers/pull/1/full", {})
    fetched = eventually(lambda: machine.ask(f"/events/view/{theirs['uuid']}"))["Event"]
    assert fetched["Attribute"][0]["value"] == "hamn.example"

    siv.goto("/policy/")
    siv.click("main button:has-text('Skriv en ny version')")
    siv.locator("main li", has_text="Vem som publicerar").locator("a:has-text('Ändra')").click()
    siv.check("input[name=roles][value='Sync user']")  # Until then the rule blocks what the machine sends.
    siv.fill("[name=module]", "")
    press(siv)
    siv.click("a[href*=in-force]")
    press(siv)
    own = machine.ask(
        "/events/add",
        {
            "info": "Sett på sjökort",
            "distribution": 2,
            "published": True,
            "Tag": [{"name": "tlp:green"}],
            "Attribute": [{"type": "domain", "value": "sjokort.example"}],
        },
    )["Event"]
    arrived = eventually(lambda: hub.get(f"/events/view/{own['uuid']}"))["Event"]
    assert (arrived["Orgc"]["name"], arrived["published"]) == (NAME, False), "its policy asks for two people"
    hub.let_days_pass(SIV)
    siv.goto("/policy/approvals/")
    siv.click("a:has-text('Sett på sjökort')")
    hub.decide(siv, "main button:has-text('Godkänn')", "Händelsen är publicerad.")
    assert hub.get(f"/events/view/{own['uuid']}")["Event"]["published"] is True
