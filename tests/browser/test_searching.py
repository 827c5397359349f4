"""The advanced search and saved searches in a real browser: live results by keyboard and by mouse, axe, phone width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories.event_page import make_setup
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.analysis.saved_searches.models import SavedSearch

pytestmark = pytest.mark.browser


def test_search_is_built_saved_and_found_again_by_keyboard(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    make_setup(server_seed)
    opened = visit(chromium, server, "/search/advanced/", server_seed.analyst.user)
    page = opened.page
    page.get_by_role("radio", name="Händelser").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("scope=attributes"))
    expect(page.locator("#id_changed_from")).to_be_attached()
    expect(page.get_by_role("radio", name="Attribut")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Closes the first part, and opens it again.
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#id_value")).to_be_focused()
    page.keyboard.type("%.example")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile("value=%25.example"))
    rows = page.locator("#found tbody tr")
    expect(rows.first).to_be_visible()
    found = rows.count()
    # A picker: searched, and chosen with the space bar.
    page.locator("#id_type_q").focus()
    page.keyboard.type("url")
    expect(page.locator("#id_type_l input")).not_to_have_count(0)
    page.locator("#id_type_l input[value=url]").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("type=url"))
    expect(page.locator("#found h2").first).not_to_contain_text(f"{found} attribut")
    assert opened.violations() == []
    page.get_by_text("Samma sökning via API:et").click()
    expect(page.locator("#found pre").first).to_contain_text("url")
    page.get_by_role("link", name="Spara sökningen").focus()
    page.keyboard.press("Enter")
    page.locator("#id_name").focus()
    page.keyboard.type("Webbadresser")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/advanced/?saved=*")
    # Ctrl+K finds it, and Enter on its whole name opens it.
    page.keyboard.press("Control+k")
    page.keyboard.type("webbadr")
    expect(page.locator("#suggestions")).to_contain_text("Webbadresser")
    page.keyboard.type("esser")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/advanced/?saved=*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Webbadresser")
    assert opened.complaints == []
    page.context.close()


def test_saved_search_is_deleted_and_brought_back_by_mouse(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    make_setup(server_seed)
    opened = visit(chromium, server, "/events/?text=payroll", server_seed.analyst.user)
    page = opened.page
    page.get_by_role("link", name="Spara sökningen").click()
    page.locator("#id_name").fill("Löner")
    page.get_by_label("Vår organisation").check()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.wait_for_url("**/events/?text=payroll")
    search = SavedSearch.objects.get()
    page.get_by_role("link", name="Sparade sökningar").click()
    assert opened.violations() == []
    page.get_by_label("Åtgärder för Löner").click()
    page.get_by_role("link", name="Ta bort").click()
    page.get_by_role("button", name="Ta bort").click()
    page.wait_for_url("**/search/saved/")
    page.get_by_role("button", name="Ångra").click()
    expect(page.get_by_role("link", name="Löner")).to_be_visible()
    assert opened.complaints == []
    page.context.close()
    for path, size, dark in (
        ("/search/advanced/", WIDE, True),
        ("/search/advanced/?scope=events&eventinfo=a&published=1", PHONE, False),
        ("/search/advanced/?scope=objects&value=%25.example", (1280, 800), False),
        ("/search/advanced/?scope=attributes&date_from=x", PHONE, True),
        ("/search/saved/", PHONE, True),
        (f"/search/saved/{search.pk}/edit/", PHONE, False),
    ):
        opened = visit(chromium, server, path, server_seed.analyst.user, size, dark)
        assert opened.page.locator("h1").count() == 1, path
        assert opened.violations() == [], path
        assert opened.overflow() <= 0, path
        assert opened.complaints == [], path
        opened.page.context.close()
