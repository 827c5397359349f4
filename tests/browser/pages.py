"""Signed-in pages in Chromium, and axe's rules on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.support.web_server import WebServer
from vardkase.identity.accounts.models import User

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without `resultTypes`, axe also describes every passing element, which takes most of its time.
RUN_AXE = "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations"
WIDE, PHONE = (1440, 900), (390, 844)


expect.set_options(timeout=30_000)  # Not Playwright's five seconds, which a busy machine exceeds.


class Visit:
    """A page and its faults: refused inline code, failed loads and script errors."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def violations(self) -> list[str]:
        """Axe's findings as "rule: first place"; empty when the page passes."""
        self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE, RULES)
        return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]

    def overflow(self) -> int:
        """How many pixels the page is too wide."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return width


def visit(
    browser: Browser,
    server: WebServer,
    path: str,
    user: User | None = None,
    size: tuple[int, int] = WIDE,
    dark: bool = False,
) -> Visit:
    """Opens `path` as `user` (a visitor when None)."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale="sv-SE",
    )
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    opened = Visit(context.new_page())
    if "#" in path:
        open_private_link(opened.page, server.url + path)
    else:
        opened.page.goto(server.url + path)
    return opened


def open_private_link(page: Page, link: str) -> None:
    """Opens a private link and waits until its landing page has redirected."""
    page.goto(link)
    page.wait_for_selector("main:not(:has(form[data-private-link]))")
