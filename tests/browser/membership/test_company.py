"""A company applies before the phase that admits it, waits until the law is in force, and is assessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser.membership.hub import STEPS, Colleagues, Hub, approve, assess, fill
from tests.browser.pages import open_private_link
from tests.hub.membership.answers import answers
from vardkase.core.clock import today

pytestmark = [pytest.mark.browser, pytest.mark.live]

MAJA = "maja@ekelunds.example"
ABOUT = {
    "name": "Ekelunds Logistik AB",
    "number": "556036-0793",
    "sector": "private_company",
    "domains": ["ekelunds.example"],
}
PHASE = "Fas 3, Privat sektor"
LAW = "SFS 2026:417"


def test_company_waits_for_phase_and_becomes_member(hub: Hub, colleagues: Colleagues) -> None:
    officer, jurist = colleagues.officer, colleagues.jurist
    given = answers(organisation=ABOUT)
    applicant = hub.page()
    applicant.goto("/apply/")
    applicant.fill("[name=email]", MAJA)
    applicant.click("form button.button-primary")
    applicant.wait_for_url("**/apply/organisation/**")
    for step in STEPS:
        applicant.goto(f"/apply/{step}/")
        fill(applicant, step, given[step])
    applicant.goto("/apply/review/")
    applicant.click(".form-foot button.button-primary")
    applicant.wait_for_url("**/apply/status/")

    standing = applicant.inner_text(".standing")
    assert "På väntelistan" in standing
    assert f"Ni väntar på: {PHASE}. Fasen öppnar när följande gäller: Lagstöd för privata" in standing
    mail = hub.mail_to(MAJA, f"den väntar på {PHASE}. Fasen öppnar när följande gäller: Lagstöd")
    assert "Ansökan är inte avslagen" in mail
    assert "Fasen öppnar när" in " ".join(hub.letter(MAJA, "Vad ni väntar på").split())

    officer.goto("/applications/?state=waiting")
    row = officer.locator("tbody tr", has_text=ABOUT["name"]).inner_text()
    assert (PHASE in row, "dag 1 av" in row) == (True, False), "its days do not count yet"
    officer.click(f"a:has-text('{ABOUT['name']}')")
    here = officer.url
    assert f"Ansökan väntar på: {PHASE}." in officer.inner_text("#deciding")
    assert officer.locator("form[action$='/review/']").count() == 0

    in_a_week = today() + timedelta(days=7)
    jurist.goto("/membership/phases/")
    assert jurist.locator("tr", has_text="3 Privat sektor").locator("td.number").inner_text() == "1"
    jurist.click("a:has-text('Anteckna som gällande')")
    jurist.fill("[name=since]", in_a_week.isoformat())
    jurist.fill("[name=reference]", LAW)
    jurist.click("main form button.button-primary")
    hub.approve_request(jurist, officer)
    jurist.goto("/membership/phases/")
    assert LAW in jurist.inner_text("main")
    applicant.goto("/apply/status/")
    assert "Fasen öppnar den " in applicant.inner_text(".standing"), "it is not open today"
    officer.goto(here)
    assert "Fasen öppnar den " in officer.inner_text("#deciding")

    hub.days_pass(7)
    link = hub.link_in_mail(MAJA, r"/apply/link/\S+", about="Fasen har öppnat")
    applicant = hub.page()
    open_private_link(applicant, link)
    assert "väntar på handläggning" in applicant.inner_text(".standing")
    officer.goto("/applications/?state=submitted")
    assert "dag 1 av 30" in officer.locator("tbody tr", has_text=ABOUT["name"]).inner_text()

    officer.goto(here)
    officer.click("form[action$='/review/'] button")
    assess(officer, here)
    approve(hub, officer, jurist, here, "Företaget uppfyller villkoren.")
    assert ABOUT["name"] in hub.letter(MAJA, "Företaget uppfyller villkoren.")
    officer.goto("/members/")
    officer.click(f"a:has-text('{ABOUT['name']}')")
    assert "Privat företag" in officer.inner_text("main")
    assert "Ansluts" in officer.inner_text("main .page-head")
