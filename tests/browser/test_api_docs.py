"""The API documentation in a real browser: no inline script, no axe violation, no overflow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, WIDE, visit
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
    assert page.locator(".api-endpoint[open] td.priority-2").first.is_visible()
    assert page.locator(".api-endpoint[open] pre").inner_text().startswith("curl -X POST")
    assert opened.violations() == []
    assert opened.overflow() <= 0
    assert opened.complaints == []
