"""Chromium for tests."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.support.external_programs import refuse

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws no windows, which takes a sixth of the time of the others."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, headless. Playwright installs none here and must be given the path."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        refuse("Chromium is not installed; `make test` installs it on Debian")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
