"""A spill that had been synced to another hub: kept from all on both, deleted by two people on each, and proved."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from bench.client import Client, Refused
from bench.instance import Instance
from tests.api.calls import call
from tests.browser.conftest import SignIn
from tests.browser.membership.hub import database_of
from tests.exchange.servers import HERE
from tests.factories.applications import make_staff
from tests.factories.seed import ApiUser, Seed
from tests.support.folders import temporary_folder
from tests.support.hubs import running_hub
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync.push import push
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill, SpillState
from vardkase.hub.spills.tasks import request_deletion, search_remains
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Event

pytestmark = pytest.mark.browser
TITLE, VALUE = "Larmlinjer vid Muskövarvet", "larmcentralen-musko.example"
PASSWORD = "tolv fyrar tända längs kusten"
SECOND = "andra@near.example"


def test_spill_that_had_been_synced(
    server_seed: Seed, sign_in: SignIn, chromium: Browser, settings: Any
) -> None:
    seed = server_seed
    settings.VARDKASE_PRIVATE_NETWORKS = HERE
    jurist = ApiUser(make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"), "")
    officer = ApiUser(make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "officer@hub.example"), "")
    with temporary_folder() as folder, running_hub(folder) as peer, Client(peer.url, peer.key) as there:
        event = synced(seed, peer, there)
        assert TITLE in str(there.get(f"/events/view/{event.uuid}").json())

        member = sign_in(seed.partner, f"/event/{event.pk}/").page
        member.goto(member.url.rstrip("/") + "/spill/")
        member.get_by_label("Svenska säkerhetsskyddsklassificerade uppgifter").check()
        member.get_by_label("Varför?").fill("Uppgifterna rör ett skyddsobjekt.")
        member.get_by_role("button", name="Sätt händelsen i karantän").click()
        expect(member.locator("body")).to_contain_text("i karantän")
        spill = Spill.objects.get()
        request_deletion(spill.pk)  # What the worker does.
        for reader in (seed.partner, seed.publisher, seed.site_admin):
            assert call(reader.key, "GET", f"/events/view/{event.pk}")[0] == 404
        with pytest.raises(Refused) as refused:
            there.get(f"/events/view/{event.uuid}")
        assert refused.value.status == 404
        connection = spill.holders.get(kind=HolderKind.CONNECTION)
        assert (connection.answer, connection.is_settled) == (HolderAnswer.ASKED, False)

        page = sign_in(jurist, f"/spills/{spill.pk}/").page
        propose_deletion(page)
        approve(sign_in(officer, "/approval-requests/").page, spill.number)
        search_remains(spill.pk)
        page.goto(page.url.partition("/approval-requests/")[0] + f"/spills/{spill.pk}/")
        expect(page.locator("main")).to_contain_text("Inget av händelsen finns kvar.")

        # As if the first sign-in, with a password that somebody else had chosen, were some days ago.
        with psycopg.connect(**database_of(folder)) as connected:
            connected.execute(
                "UPDATE account SET change_pw = FALSE, "
                "credentials_set_by_another_at = now() - interval '9 days'"
            )
        first = at_peer(chromium, peer, peer.email, peer.password)
        first.get_by_role("link", name="S-").first.click()
        own = first.url
        propose_deletion(first)
        number = first.locator("h1").inner_text().split()[-1]
        approve(at_peer(chromium, peer, SECOND, PASSWORD, "/approval-requests/"), number)
        first.goto(own)
        proved(first)
        request_deletion(spill.pk)

    connection.refresh_from_db()
    assert (connection.answer, connection.is_settled) == (HolderAnswer.DELETED, True)
    page.reload()
    row = page.get_by_role("row").filter(has_text="Grannhubben")
    expect(row).to_contain_text("Har raderat den")
    for link in ("Organisation A", "Organisation B"):
        page.get_by_role("link", name=f"Anteckna svar {link}").click()
        page.get_by_label("Har raderat den").check()
        page.get_by_role("button", name="Spara").click()
    said = report(page)
    assert all(words in said for words in ("SÄPO 2026-17", "RA-MS 2026:99", "Grannhubben", "Har raderat den"))
    assert all(words in said for words in ("jurist@hub.example", "officer@hub.example"))
    assert TITLE not in said
    assert VALUE not in said
    assert not Event.objects.exists()
    spill.refresh_from_db()
    assert (spill.state, spill.proof["left"]) == (SpillState.DELETED, 0)


def synced(seed: Seed, peer: Instance, there: Client) -> Event:
    """A published event that has been pushed to the other hub."""
    document = {"info": TITLE, "distribution": "3", "published": True}
    document |= {"Attribute": [{"type": "domain", "value": VALUE}]}
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    roles = {each["Role"]["name"]: each["Role"]["id"] for each in there.get("/roles/index").json()}
    ours = {"name": "Vår hubb", "uuid": str(seed.hub.uuid), "local": True}
    org = there.post("/admin/organisations/add", ours).json()["Organisation"]["id"]
    account = {"email": "sync@our.example", "org_id": org, "role_id": roles["Sync user"], "change_pw": 0}
    user = there.post("/admin/users/add", account).json()["User"]["id"]
    key = there.post(f"/auth_keys/add/{user}", {}).json()["AuthKey"]["authkey_raw"]
    second = {"email": SECOND, "org_id": 1, "role_id": roles["admin"], "change_pw": 0, "password": PASSWORD}
    there.post("/admin/users/add", second)
    server = Server.objects.create(
        name="Grannhubben",
        url=peer.url,
        encrypted_key=KEYS.encrypt(key),
        org=seed.hub,
        remote_org=seed.org_c,
        priority=1,
        push=True,
    )
    push(None, server)
    return Event.objects.get()


def propose_deletion(page: Page) -> None:
    """The report and the legal ground on record first: before that, nothing offers the deletion."""
    expect(page.get_by_role("link", name="Föreslå radering")).to_have_count(0)
    page.get_by_role("link", name="Anteckna anmälan").click()
    page.locator("#id_at").fill("2026-01-05T09:00")
    page.get_by_label("Säkerhetspolisens referens").fill("SÄPO 2026-17")
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("link", name="Anteckna stödet").click()
    page.get_by_label("Stöd för gallring").fill("RA-MS 2026:99, gallring av röjda uppgifter")
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("link", name="Föreslå radering").click()
    page.locator("#id_reason").fill("Enligt bedömning av säkerhetsskyddschefen.")
    page.get_by_role("button", name="Föreslå radering").click()
    expect(page.locator("main")).to_contain_text("Någon annan måste besvara det.")


def approve(page: Page, number: str) -> None:
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Godkänn och genomför").click()
    expect(page.locator("main")).to_contain_text("Vad som godkändes")


def at_peer(browser: Browser, peer: Instance, email: str, password: str, path: str = "/spills/") -> Page:
    page = browser.new_context(locale="sv-SE").new_page()
    page.goto(f"{peer.url}/account/login/?next={path}")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.get_by_role("button", name="Logga in med lösenord").click()
    page.wait_for_url(f"**{path}")
    return page


def proved(page: Page) -> None:
    """Reloads until the other hub's worker has searched it."""
    for _ in range(60):
        if "Inget av händelsen finns kvar." in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def report(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("link", name="Rapport (PDF)").click()
    content = Path(download.value.path()).read_bytes()
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in pages))
