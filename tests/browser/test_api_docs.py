"""The API documentation in a real browser: no inline script, no axe violation, no overflow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories.seed import Seed
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "dark"), [(WIDE, True), (PHONE, False)])
def test_endpoint_opens_in_place(
    chromium: Browser, server: WebServer, size: tuple[int, int], dark: bool
) -> None:
    opened = visit(chromium, server, "/api/docs", None, size, dark)
    page = opened.page
    page.fill("input[name=q]", "events edit")
    page.locator("summary:has-text('/tags/add')").first.wait_for(state="detached")
    page.click(".api-endpoint summary:has-text('/events/edit/{event_id}')")
    page.wait_for_selector(".api-endpoint[open] table")
    # The type of a member: in a column, or below its name.
    place = "td.priority-2" if size == WIDE else ".api-about"
    assert page.locator(f".api-endpoint[open] {place}").first.is_visible()
    assert page.locator(".api-endpoint[open] pre").inner_text().startswith("curl -X POST")
    assert opened.violations() == []
    assert opened.overflow() <= 0
    assert opened.complaints == []


def test_client_sends_with_the_pasted_key_only(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    reader = server_seed.reader
    opened = visit(chromium, server, "/api/client?endpoint=servers-getVersion&q=version", reader.user)
    page = opened.page
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)

    page.click("button:has-text('Skicka anropet')")  # Being signed in is no key.
    expect(page.locator("[data-api-error]")).to_contain_text("API-nyckel")
    assert asked == []
    page.fill("#api-key", reader.key)
    for elsewhere in ("//evil.example/x", "https://evil.example/x", "evil"):
        page.fill("#api-path", elsewhere)
        page.click("button:has-text('Skicka anropet')")
        expect(page.locator("[data-api-error]")).to_contain_text("adress")
    assert asked == []

    page.fill("#api-path", "/servers/getVersion")
    page.click("button:has-text('Skicka anropet')")
    expect(page.locator("[data-api-status]")).to_contain_text("200")
    expect(page.locator("[data-api-text]")).to_contain_text('"version"')
    (sent,) = asked
    assert "cookie" not in sent.all_headers()
    code = page.locator("[data-api-code=PyMISP]").inner_text()
    assert 'misp.direct_call("servers/getVersion")' in code
    page.click("button:has-text('Spara anropet')")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "/servers/getVersion" in kept
    assert reader.key not in kept + page.locator("main").inner_text()

    # What the key may not do is refused by the API, as anywhere else.
    page.select_option("#api-method", "GET")
    page.fill("#api-path", "/admin/users/index")
    page.click("button:has-text('Skicka anropet')")
    expect(page.locator("[data-api-status]")).to_contain_text("403")
    assert opened.violations() == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert opened.overflow() <= 0
    assert [said for said in opened.complaints if "403" not in said] == []


def test_client_fills_in_addresses_and_bodies(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    opened = visit(chromium, server, "/api/client?endpoint=events-edit-event_id", server_seed.analyst.user)
    page = opened.page
    page.fill("[data-name=event_id]", "7/../8")
    assert page.input_value("#api-path") == "/events/edit/7%2F..%2F8"
    page.fill("#api-body", '{"info": "It\'s <b>so</b>"}')
    assert "'{\"info\": \"It'\\''s <b>so</b>\"}'" in page.locator("[data-api-code=curl]").inner_text()
    page.fill("#api-key", server_seed.analyst.key)
    page.fill("#api-body", "{")
    page.click("button:has-text('Skicka anropet')")
    expect(page.locator("[data-api-error]")).to_contain_text("JSON")
    assert opened.complaints == []
