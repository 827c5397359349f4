"""A request about personal data that concerns three members: sent by a visitor, answered by each, and read."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import SignIn
from tests.browser.pages import visit
from tests.factories import make_attribute, make_event, make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.seed import ORG_ADMIN, ApiUser, Seed
from tests.support.web_server import WebServer
from vardkase.hub.data_protection.requests import links, searching
from vardkase.hub.data_protection.requests.models import ConcernedController, DataSubjectRequest
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.browser
NAME, EMAIL = "Astrid Lindkvist", "astrid@lindkvist.example"


def answer_all(page: Page, outcome: str) -> None:
    page.get_by_label("Markera alla på sidan").check()
    page.get_by_role("group", name="Tillgång").get_by_label("Utfall").select_option(label=outcome)
    page.get_by_role("button", name="Notera för de valda uppgifterna").click()
    expect(page.locator("body")).to_contain_text("är besvarad")
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.locator("main")).to_contain_text("Svaret har skickats")


def test_request_that_concerns_three_members(
    chromium: Browser, server: WebServer, sign_in: SignIn, server_seed: Seed
) -> None:
    seed = server_seed
    role = make_role("Admin elsewhere", ORG_ADMIN)
    members = {
        seed.org_a: seed.org_admin,
        seed.org_b: ApiUser(make_user(seed.org_b, role, "admin@b.example"), ""),
        seed.org_c: ApiUser(make_user(seed.org_c, role, "admin@c.example"), ""),
    }
    for organisation in members:
        event = make_event(organisation, info="Nätfiske mot kommuner")
        event.save()
        make_attribute(event, type="email-src", value1=EMAIL).save()
    visitor = visit(chromium, server, "/about/personal-data/")
    page = visitor.page
    page.get_by_role("link", name="Begäran om dina personuppgifter").click()
    page.get_by_label("Tillgång: en kopia av uppgifterna").check()
    page.get_by_label("Ditt namn").fill(NAME)
    page.get_by_label("Din e-postadress").fill(EMAIL)
    page.get_by_role("button", name="Skicka din begäran").click()
    expect(page.locator("h1")).to_have_text("Vi har tagit emot ditt ärende")
    assert not visitor.violations()

    request = DataSubjectRequest.objects.get()
    jurist = ApiUser(make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"), "")
    officer = sign_in(jurist, f"/data-requests/{request.pk}/").page
    officer.locator("#main").get_by_role("button", name="Sök", exact=True).click()
    expect(officer.locator("body")).to_contain_text("Sökningen är beställd")
    searching.search(hub_actor(), request.pk)
    officer.reload()
    expect(officer.locator("main table").first).to_contain_text("Organisation C")
    officer.get_by_role("link", name="Skicka till de ansvariga").click()
    officer.get_by_role("button", name="Skicka till de ansvariga").click()
    for organisation, person in members.items():
        task = ConcernedController.objects.get(request=request, organisation=organisation)
        answer_all(sign_in(person, f"/our-data-requests/{task.pk}/").page, "Kopia lämnad")

    officer.goto(f"{server.url}/data-requests/{request.pk}/reply/")
    officer.get_by_label("Skäl", exact=True).fill("Vi har sökt på ditt namn och din e-postadress.")
    officer.get_by_role("button", name="Skicka och avsluta").click()
    # Letter and copy are typeset first, and the message is gone soon.
    expect(officer.get_by_role("heading", name="Svaret", exact=True)).to_be_visible(timeout=20_000)

    path = re.sub(r"^https?://[^/]+", "", links.link_to(request))
    reader = visit(chromium, server, path).page
    expect(reader.locator("main")).to_contain_text("Besvarad")
    texts = []
    for name in ("Brev (PDF)", "Kopia av dina uppgifter (PDF)"):
        with reader.expect_download() as download:
            reader.get_by_role("link", name=name).click()
        content = Path(download.value.path()).read_bytes()
        pages = PdfReader(io.BytesIO(content)).pages
        texts.append(" ".join(" ".join(each.extract_text() for each in pages).split()))
    letter, copy = texts
    assert all(f"Organisation {name}" in letter for name in "ABC")
    assert "Så överklagar du" in letter
    assert copy.count(EMAIL) == 3
