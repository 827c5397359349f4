"""The component gallery in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import PHONE, WIDE, Visit, visit
from tests.factories.seed import Seed
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser


@pytest.fixture
def components(chromium: Browser, server: WebServer, server_seed: Seed) -> Visit:
    return visit(chromium, server, "/design/", server_seed.analyst.user)


def test_components_pass_axe_and_fit(components: Visit) -> None:
    assert components.faults("/design/", [(WIDE, False), (WIDE, True), (PHONE, False)]) == []


def test_keys_move_and_select_rows(components: Visit) -> None:
    page = components.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[data-select]:checked").count() == 1
    assert page.locator("[data-bulk-count]").inner_text() == "1"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_dialog_takes_focus_and_blocked_button_keeps_it(components: Visit) -> None:
    page = components.page
    page.click("#main [data-dialog=publish-dialog] >> nth=0")
    assert page.evaluate("document.activeElement.id") == "publish-dialog-title"
    assert components.violations() == []
    blocked = page.locator("#publish-dialog [aria-disabled=true]")
    blocked.focus()
    blocked.press("Enter")
    assert page.locator("#publish-dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#publish-dialog").is_hidden()


def test_drawer_on_a_phone(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    page = visit(chromium, server, "/design/", server_seed.analyst.user, PHONE).page
    assert page.locator("#nav").is_hidden()
    page.click("[data-drawer]")
    assert page.locator("#nav").is_visible()
    assert page.evaluate("document.querySelector('#main').inert")
    page.keyboard.press("Escape")
    assert page.locator("#nav").is_hidden()


def test_theme_is_remembered(components: Visit) -> None:
    page = components.page
    page.click("summary[aria-label='Ljust eller mörkt']")
    page.click("button[value=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_language_is_remembered(components: Visit) -> None:
    page = components.page
    page.click("summary.account-menu")
    page.click("button[value=en]")
    expect(page.locator("h1")).to_have_text("Components and states")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_built_files_are_cached_permanently(components: Visit) -> None:
    page = components.page
    address = page.evaluate("document.querySelector('link[rel=stylesheet]').href")
    answer = page.request.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] in {"br", "gzip"}
