"""A request for public records from start to finish, in the browsers of those involved, with its letters read."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, Page

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories import make_role, make_user
from tests.factories.records_cases import OFFICE, SECRET, TARIFF, incident
from tests.factories.seed import USER, Seed
from tests.support.web_server import WebServer
from vardkase.hub.public_records.cases import links
from vardkase.hub.public_records.cases.models import MemberConsultation, RecordsCase
from vardkase.hub.public_records.officers.models import RecordsOffice
from vardkase.hub.public_records.received.authorities import follow

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("password_is_enough")]


def read(page: Page, link: str, place: int = 0) -> str:
    """The text of the PDF behind a link, on one line."""
    with page.expect_download() as loading:
        page.locator("main").get_by_role("link", name=link, exact=True).nth(place).click()
    path = loading.value.path()
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    return " ".join(" ".join(each.extract_text() for each in pages).split())


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def test_disclosure_with_consultation_masking_and_appeal(
    chromium: Browser, server: WebServer, server_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, faults = server_seed, []
    monkeypatch.setattr(configured, "BASE_URL", server.url)
    follow({seed.hub.pk})
    RecordsOffice.objects.create(organisation=seed.hub, **OFFICE, **TARIFF)
    jurist = make_user(
        seed.hub, make_role("User", USER), "jurist@hub.example", staff_roles=["legal_officer"], language="sv"
    )
    incident(seed)

    asker = visit(chromium, server, "/public-records/ask/", None, PHONE)
    faults += asker.violations()
    asker.page.get_by_label("Vilka handlingar vill du ha?").fill("Handlingar om vpn-intrånget")
    send(asker.page, "Skicka din begäran")
    asker.page.locator("main a.value").click()
    asker.page.wait_for_url("**/follow/case/**")
    case = RecordsCase.objects.get()
    base = f"/public-records/cases/{case.number}/"

    office = visit(chromium, server, "/public-records/cases/", jurist, WIDE)
    page = office.page
    page.get_by_role("link", name=case.number).click()
    page.get_by_role("link", name="Ta fram materialet").click()
    page.get_by_role("link", name="Intrång i en vpn-tjänst").click()
    faults += office.violations()
    send(page, "Kopiera allt till ärendet")
    page.goto(f"{server.url}{base}consult/")
    page.locator("[name=organisation]").check()
    faults += office.violations()
    send(page, "Skicka samrådet")

    member = visit(
        chromium,
        server,
        links.link_to_consultation(MemberConsultation.objects.get()).removeprefix(server.url),
        None,
        WIDE,
    )
    member.page.wait_for_url("**/consulted/material/**")
    member.page.get_by_label("En del bör inte lämnas ut").check()
    member.page.locator("#id_parts").fill(SECRET)
    member.page.locator("#id_harm").fill("Avslöjar vårt skydd.")
    member.page.get_by_label("Ditt namn").fill("Anna Ek")
    faults += member.violations()
    send(member.page, "Skicka svaret")
    assert "Anna Ek" in member.page.locator("main").inner_text()

    page.goto(f"{server.url}{base}assess/")
    for box in page.locator("[name=pk]").all():
        box.check()
    page.get_by_label("Lämna ut med maskering").check()
    page.locator("#id_masks").fill(SECRET)
    page.get_by_label("18 kap. 8 § 3 och 4").check()
    page.locator("#id_harm").fill("Visar var skyddet finns.")
    faults += office.violations()
    send(page, "Spara bedömningen")
    draft = read(page, "Kopia för utlämnande (PDF)")
    assert "malware.example" in draft
    assert SECRET not in draft
    page.locator("#id_reasons").fill("Uppgiften är sekretessbelagd.")
    faults += office.violations()
    send(page, "Skicka")

    asker.page.reload()
    answer = read(asker.page, "Brev (PDF)")
    assert "skriftligt beslut" in answer
    faults += asker.violations()
    send(asker.page, "Begär ett skriftligt beslut")
    page.goto(f"{server.url}{base}check/")
    page.locator("#id_reasons").fill("Uppgiften är sekretessbelagd.")
    send(page, "Skicka")
    asker.page.reload()
    decision = read(asker.page, "Brev (PDF)")
    for words in ("18 kap. 8 §", "Kammarrätten i Göteborg", "inom tre veckor", "Visar var skyddet finns."):
        assert words in decision, words
    assert SECRET not in decision + answer + read(asker.page, "Handlingarna (PDF)")
    send(asker.page, "Jag har tagit del av beslutet")
    asker.page.locator("#id_text").fill("Jag vill ha hela handlingen.")
    send(asker.page, "Skicka överklagandet")

    page.goto(f"{server.url}{base}")
    page.get_by_role("link", name="Handlägg överklagandet").click()
    page.get_by_role("link", name="Pröva tiden").click()
    send(page, "Pröva tiden")
    page.get_by_role("link", name="Lämna över överklagandet").click()
    page.locator("#id_reviewed").fill("Vi har prövat om beslutet ska ändras och låter det stå.")
    send(page, "Lämna över överklagandet")
    assert "i rätt tid" in read(page, "Överklagandet överlämnat", 0)
    faults += office.violations()
    page.get_by_role("link", name="Anteckna utgången av överklagandet").click()
    page.locator("#id_note").fill("Mål 1-26")
    _fill_today(page)
    send(page, "Anteckna utgången av överklagandet")
    page.goto(f"{server.url}{base}step/close/")
    send(page, "Avsluta")
    faults += office.faults(base)
    case.refresh_from_db()
    assert (case.state, faults) == ("closed", [])
    for opened in (asker, office, member):
        opened.page.context.close()


def _fill_today(page: Any) -> None:
    page.locator("#id_on").fill(page.evaluate("new Date().toLocaleDateString('sv-SE')"))
