"""A suspension from start to finish, in the browsers of officers and of the member, with its letters read."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, Page

from tests.browser.pages import PHONE, WIDE, Visit, visit
from tests.factories.memberships import make_desk, member, staff_of
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.web.accounts import signed_in
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("password_is_enough")]
COURT = "Förvaltningsrätten i Stockholm"


def letter(page: Page, title: str) -> str:
    """The text of the newest letter of that title on a page, on one line."""
    with page.expect_download() as loading:
        page.locator("main").get_by_role("link", name=re.compile(title)).first.click()
    pages = pypdf.PdfReader(io.BytesIO(loading.value.path().read_bytes())).pages
    return " ".join(" ".join(each.extract_text() for each in pages).split())


def send(page: Page, button: str) -> None:
    page.locator("main").get_by_role("button", name=button, exact=True).first.click()
    page.wait_for_load_state()


def follow(page: Page, link: str) -> None:
    page.locator("main").get_by_role("link", name=link, exact=True).first.click()
    page.wait_for_load_state()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#id_{name}").fill(value)


def choose(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}][value={value}]").check()


def day(page: Page, days: int) -> str:
    found = page.evaluate("days => new Date(Date.now() + days * 864e5).toLocaleDateString('sv-SE')", days)
    return str(found)


def approve(second: Visit, server: WebServer) -> list[str]:
    """Another officer reads what is proposed, and approves it."""
    waiting = ApprovalRequest.objects.get(state="waiting")
    second.page.goto(f"{server.url}/approval-requests/{waiting.pk}/")
    found = second.violations()
    send(second.page, "Godkänn och genomför")
    return found


def test_suspension_is_heard_served_appealed_and_changed(
    chromium: Browser, server: WebServer, server_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, faults = server_seed, []
    monkeypatch.setattr(configured, "BASE_URL", server.url)
    desk, jurist = make_desk(seed), staff_of(seed, "jurist@hub.example", "legal_officer")
    member(desk, seed.org_b, sector="private_company")
    User.objects.update(language="sv")
    base, own = f"{server.url}/members/{seed.org_b.pk}/", f"{server.url}/membership/"

    office = visit(chromium, server, f"/members/{seed.org_b.pk}/hear/", desk.officer.user, WIDE)
    second = visit(chromium, server, "/about/", jurist.user, WIDE)
    confirmed = signed_in(jurist.user).cookies[configured.SESSION_COOKIE_NAME].value
    cookie = {"name": configured.SESSION_COOKIE_NAME, "value": confirmed, "url": server.url}
    second.page.context.add_cookies([cookie])  # type: ignore[list-item]
    phone = visit(chromium, server, "/membership/", desk.admin.user, PHONE)
    page, mine = office.page, phone.page

    # The member is asked for its comments, and gives them.
    choose(page, intended="suspended")
    fill(page, reason="Tre konton har använts av andra än dem de tillhör.")
    faults += office.violations()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(base)
    mine.goto(own)
    asked = letter(mine, "Tillfälle att yttra er före beslut")
    for words in (
        "Vi överväger att stänga av ert medlemskap.",
        "Tre konton har använts av andra",
        "25 § förvaltningslagen (2017:900)",
    ):
        assert words in asked, words
    follow(mine, "Läs och yttra er")
    fill(mine, text="En praktikant lånade ut kontona. Vi har bytt lösenorden.")
    faults += phone.violations()
    send(mine, "Skicka yttrandet")

    # The suspension, which two officers decide.
    page.goto(f"{base}step/suspend/")
    assert "En praktikant" not in page.locator("main").inner_text()
    page.locator("#id_kind").select_option("suspended")
    choose(page, hearing="heard", ground="safety", immediate="interest")
    fill(
        page,
        review_by=day(page, 30),
        reason="Kontona används ännu av flera.",
        milder_considered="Det räcker inte att stänga av de tre kontona.",
        hearing_note="Att lösenorden har bytts har ni inte visat.",
        immediate_note="Andra medlemmars säkerhet väger tyngre än er olägenhet.",
    )
    faults += office.violations()
    send(page, "Stäng av eller begränsa")
    faults += approve(second, server)
    assert Membership.objects.get().state == "suspended"

    # The member reads it, and confirms that it has.
    mine.goto(own)
    decision = letter(mine, "Beslut om avstängning")
    for words in (
        "stänger av medlemskapet för Organisation B",
        "Kontona används ännu av flera.",
        "bad vi er yttra er",
        "Att lösenorden har bytts har ni inte visat.",
        "37 § förvaltningslagen (2017:900)",
        f"Ställ överklagandet till {COURT}",
        "tre veckor från den dag",
        "efter föredragning av officer@hub.example",
    ):
        assert words in decision, words
    faults += phone.violations()
    received = mine.locator("main li").filter(has_text="Beslut om avstängning").last
    received.locator("[name=person]").fill("Anna Ek")
    received.get_by_role("button", name="Bekräfta mottagandet").click()
    mine.wait_for_load_state()
    page.goto(base)
    assert "(Anna Ek)" in page.locator("main").inner_text()

    # It appeals. The authority changes the decision itself, and forwards the appeal with both.
    follow(page, "Ärende M-2026-00001")
    follow(page, "Registrera ett överklagande")
    fill(page, appellant="Organisation B genom Anna Ek", claim="Beslutet ska upphävas.")
    faults += office.violations()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/appeals/\d+/$"))
    appeal = page.url
    second.page.goto(appeal)
    follow(second.page, "Pröva tiden")
    send(second.page, "Pröva tiden")
    page.goto(f"{base}step/restore/")
    choose(page, basis="wrong")
    fill(page, reason="Ni har visat att lösenorden är bytta.")
    faults += office.violations()
    send(page, "Häv avstängningen")
    faults += approve(second, server)
    mine.goto(own)
    lifting = letter(mine, "häv")
    for words in ("Ni har visat att lösenorden är bytta.", " 38 § förvaltningslagen (2017:900)"):
        assert words in lifting, words
    page.goto(appeal)
    follow(page, "Anteckna att beslutet är ändrat")
    fill(page, note="Lösenorden var bytta: beslutet var uppenbart felaktigt.")
    send(page, "Anteckna att beslutet är ändrat")
    follow(page, "Lämna över överklagandet")
    fill(page, reviewed="Vi har hävt avstängningen.")
    faults += office.violations()
    send(page, "Lämna över överklagandet")
    forwarded = letter(page, "Överlämnande av överklagande")
    for words in (
        f"till {COURT}",
        "Överklagandet har kommit in i rätt tid.",
        "Beslutet ska upphävas.",
        "Vi har ändrat beslutet genom ett nytt",
        "46 § förvaltningslagen",
    ):
        assert words in forwarded, words
    page.goto(page.url.split("appeals/")[0])
    titles = page.locator("main").inner_text()
    for words in ("Yttrande", "Beslut om avstängning", "Överklagande av", "Överlämnande av överklagande"):
        assert words in titles, words
    faults += office.faults(appeal)
    assert (Membership.objects.get().state, Appeal.objects.get().state) == ("active", "forwarded")
    assert faults == []
    for opened in (office, second, phone):
        opened.page.context.close()
