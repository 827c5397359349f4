"""The public page in a real browser: axe, both schemes, phones, and that it works without an account."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, WIDE, visit
from tests.cast import Cast
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser


def test_public_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_cast: Cast) -> None:
    for path, size, dark in (
        ("/", WIDE, False),
        ("/about/?q=leverantör", PHONE, True),
        ("/about/steps/", (320, 700), False),
    ):
        opened = visit(chromium, server, path, None, size, dark)
        assert opened.page.locator("h1").count() == 1, path
        assert opened.violations() == [], path
        assert opened.overflow() <= 0, path
        assert opened.complaints == [], path
        opened.page.context.close()
