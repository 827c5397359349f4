"""The landing page of private links in a real browser: with scripts, without, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, visit
from tests.factories.applications import make_application
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.hub.membership.applications.access import new_link

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True])
def test_link_is_pasted_without_scripts(
    chromium: Browser, server: WebServer, server_seed: Seed, dark: bool
) -> None:
    opened = visit(chromium, server, "/apply/link/", None, PHONE, dark=dark)
    assert opened.violations() == []
    assert opened.overflow() <= 0
    opened.page.context.close()
    context = chromium.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    link = f"{server.url}/apply/link/#{new_link(make_application())}"
    page.goto(link)
    page.fill("[name=secret]", link)
    page.click("main button.button-primary")
    assert page.url == f"{server.url}/apply/organisation/#main"
    context.close()


def test_secret_is_removed_from_address_and_never_sent_in_url(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    context = chromium.new_context(locale="sv-SE")
    page, token = context.new_page(), new_link(make_application())
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url.partition("#")[0]))
    page.goto(f"{server.url}/apply/link/#{token}")
    page.wait_for_url("**/apply/organisation/#main")
    assert not [each for each in addresses if token in each]
    page.goto(f"{server.url}/apply/link/")
    page.evaluate("token => { location.hash = token }", token)
    page.wait_for_url("**/apply/organisation/#main")
    page.go_back()
    assert token not in page.url
    context.close()
