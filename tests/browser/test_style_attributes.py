"""Empty style attributes, which password managers and screenshots leave on the fields of a page: htmx would copy them
from the old elements to the new ones, and the content security policy refuses each, with an error in the console.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import visit
from tests.factories.event_page import make_setup
from tests.factories.seed import Seed
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser
TOUCH = """() => document.querySelectorAll('input, select, textarea, a, tr, td').forEach(each => {
  each.style.setProperty('caret-color', 'red'); each.style.removeProperty('caret-color'); })"""


def touch(page: Page) -> None:
    page.evaluate(TOUCH)
    expect(page.locator("#q")).to_have_attribute("style", "")


def test_parts_of_pages_are_renewed_without_inline_styles(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    event = make_setup(server_seed).event
    opened = visit(chromium, server, f"/event/{event.id}/attribute/new/", server_seed.org_admin.user)
    page = opened.page
    touch(page)
    page.locator("#id_tags_q").fill("tlp")
    expect(page.locator("#id_tags_l input")).not_to_have_count(0)
    touch(page)
    page.locator("#id_type").select_option("url")
    page.wait_for_load_state("networkidle")
    for path, field in ((f"/event/{event.id}/", "#attribute-filter input"), ("/events/", "#quick-text")):
        page.goto(server.url + path)
        touch(page)
        search = page.locator(field).first
        search.fill("payroll")
        search.press("Enter")
        page.wait_for_url("**payroll**")
        page.wait_for_load_state("networkidle")
        page.go_back()
        page.wait_for_load_state("networkidle")
    page.goto(server.url + "/event-templates/new/")
    touch(page)
    page.get_by_role("button", name="Attribut", exact=True).click()
    expect(page.get_by_role("group", name="5. Attribut")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    page.context.close()
