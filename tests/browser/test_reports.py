"""A report is written with references, extracted and printed, by the keyboard alone."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.pages import PHONE, visit
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.intel.event_reports.models import ReportDraft
from vardkase.intel.models import Attribute, Event, EventReport, EventTag

pytestmark = pytest.mark.browser


@pytest.fixture
def event(server_seed: Seed) -> Event:
    event = make_event(server_seed.org_a, distribution=1, info="Nätfiske mot kommuner")
    event.save()
    for value in ("evil.example", "worse.example"):
        make_attribute(event, type="domain", category="Network activity", value1=value).save()
    EventTag.objects.create(event=event, tag=make_tag("tlp:amber"))
    make_attack()
    return event


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(selector)


def test_report_is_written_extracted_and_printed_by_keyboard(
    chromium: Browser, server: WebServer, server_seed: Seed, event: Event
) -> None:
    opened = visit(chromium, server, f"/event/{event.pk}/reports/", server_seed.org_admin.user)
    page, keys = opened.page, opened.page.keyboard
    tab_to(page, "a[href$='/reports/new/']")
    keys.press("Enter")
    page.wait_for_url("**/reports/new/")
    tab_to(page, "#id_name")
    keys.type("Vad som hände")
    tab_to(page, "#id_content")
    keys.type("Mejlet ledde till @")
    expect(page.locator("#reference-search")).to_be_focused()
    keys.type("worse")
    expect(page.locator("#reference-list [data-insert]")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("#id_content")).to_be_focused()
    keys.type(" enligt a@b.example. T1566.\n\n@")
    keys.press("Escape")  # The sign stays, and nothing is inserted.
    keys.type("x 198.51.100.7")
    worse = Attribute.objects.get(value1="worse.example")
    text = f"Mejlet ledde till @[attribute]({worse.uuid}) enligt a@b.example. T1566.\n\n@x 198.51.100.7"
    expect(page.locator("#id_content")).to_have_value(text)
    expect(page.locator("#preview .value-link")).to_have_text("worse[.]example")
    expect(page.locator("#draft-state")).to_contain_text("Utkastet sparades")
    assert ReportDraft.objects.get().content == text
    assert opened.violations() == []
    # The page is left without saving: what was written is offered again.
    page.goto(f"{server.url}/event/{event.pk}/reports/new/")
    tab_to(page, "a[href^='?draft=']")
    keys.press("Enter")
    page.wait_for_url("**/reports/new/?draft=*")
    expect(page.locator("#id_content")).to_have_value(text)
    keys.press("Control+s")
    page.wait_for_url(re.compile(r"/report/\d+/$"))
    assert not ReportDraft.objects.exists()
    tab_to(page, "a[href$='/extract/']")
    keys.press("Enter")
    page.wait_for_url("**/extract/")
    assert opened.violations() == []
    tab_to(page, "button[value='add']")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/report/\d+/$"))
    expect(page.locator(".report-text .value-link")).to_have_count(3)
    expect(page.locator(".report-text .tag")).to_have_count(1)
    assert "T1566" not in EventReport.objects.get().content.replace("Phishing - T1566", "")
    assert opened.violations() == []
    for printed in PdfReader(BytesIO(page.pdf())).pages:
        assert printed.extract_text().count("TLP:AMBER") >= 2
    # So is its event, with whole values.
    long = "https://long.example/" + "a1" * 400
    make_attribute(event, type="url", category="Network activity", value1=long).save()
    page.goto(f"{server.url}/event/{event.pk}/")
    pages = [printed.extract_text() for printed in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
    assert all(text.count("TLP:AMBER") >= 2 for text in pages)
    assert "a1" * 400 in "".join("".join(pages).split())
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for path in ("reports/", "reports/new/", "reports/import/", f"report/{EventReport.objects.get().pk}/"):
        page.goto(f"{server.url}/event/{event.pk}/{path}")
        assert opened.overflow() <= 0, path
        assert opened.violations() == [], path
    page.goto(f"{server.url}/report-templates/")
    assert opened.violations() == []
    assert opened.complaints == []
