"""Signed-in pages in Chromium, and axe's rules on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.web_server import WebServer
from vardkase.identity.accounts.models import User

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without `resultTypes`, axe also describes every passing element, which takes most of its time.
RUN_AXE = """async ([rules, exclude]) =>
  (await axe.run({include: [document], exclude}, {runOnly: rules, resultTypes: ['violations']})).violations"""
FRAME = [".top-bar", ".frame > nav"]
"""The same on every page: half of the elements."""
ENDED_REQUEST = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")
WIDE, PHONE, NARROW = (1440, 900), (390, 844), (320, 700)

type Look = tuple[tuple[int, int], bool]
"""A size of the window, and whether the dark colours are asked for."""
BOTH: tuple[Look, ...] = ((WIDE, False), (PHONE, True))


expect.set_options(timeout=30_000)  # Not Playwright's five seconds, which a busy machine exceeds.


class Visit:
    """A page and its faults: refused inline code, failed loads and script errors."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._framed: set[Look] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, said: ConsoleMessage) -> None:
        # Leaving a page ends its requests, which htmx reports; Chromium reports those that fail.
        if said.type == "error" and not said.text.startswith(ENDED_REQUEST):
            self.complaints.append(said.text)

    def faults(self, path: str, looks: Sequence[Look] = BOTH) -> list[str]:
        """What is wrong with a page, which is loaded once and seen in each of `looks`.

        Axe looks at the frame around the pages the first time only.
        """
        response = self.page.goto(urljoin(self.page.url, path))
        found = [] if response is None or response.status == 200 else [f"status {response.status}"]
        if (headings := self.page.locator("h1").count()) != 1:
            found.append(f"{headings} headings")
        for (width, height), dark in looks:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme="dark" if dark else "light")
            beyond = [f"{self.overflow()} pixels too wide"] if self.overflow() > 0 else []
            seen = f"{width} pixels, {'dark' if dark else 'light'}"
            exclude = FRAME if ((width, height), dark) in self._framed else []
            self._framed.add(((width, height), dark))
            found += [f"{seen}: {fault}" for fault in (*beyond, *self.violations(exclude))]
        found += self.complaints
        self.complaints.clear()
        return found

    def violations(self, exclude: Sequence[str] = ()) -> list[str]:
        """Axe's findings as "rule: first place", but for these parts; empty when the page passes."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE, [RULES, list(exclude)])
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
        reduced_motion="reduce",  # Colours change at once, so that axe does not meet them halfway.
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
