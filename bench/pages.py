"""Page load times in Chromium: until the load event, as the person in front of it waits."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from bench.instance import Instance
from bench.row import Row

LOADS = 7
TIMING = (
    "() => { const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd - t.startTime }"
)
SCRIPT = """() => performance.getEntriesByType('resource')
    .filter(entry => entry.initiatorType === 'script')
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


def page_rows(instance: Instance, big_event: str) -> Iterator[Row]:
    """The event index, and the event of 10,000 attributes whose id is `big_event`."""
    names = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None or not instance.password:
        print("  pages are not measured: there is no Chromium, or no password to sign in with")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=instance.url, viewport={"width": 1440, "height": 900})
        sign_in(page, instance)
        yield _load(page, "page: event index", "/events/", 120)
        yield _load(page, "page: event of 10,000", f"/event/{big_event}/", 250)
        browser.close()


def sign_in(page: Page, instance: Instance) -> None:
    """Sign in as the first administrator, choosing a new password when one is asked for."""
    page.goto("/account/login/")
    page.fill("input[name=login]", instance.email)
    page.fill("input[name=password]", instance.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("load")
    if page.locator("input[name=oldpassword]").count():
        page.fill("input[name=oldpassword]", instance.password)
        page.fill("input[name=password1]", f"{instance.password}-chosen")
        page.fill("input[name=password2]", f"{instance.password}-chosen")
        page.press("input[name=password2]", "Enter")
        page.wait_for_load_state("load")


def _load(page: Page, name: str, path: str, target: float) -> Row:
    times = []
    for _ in range(LOADS + 1):
        answer = page.goto(path, wait_until="load")
        if answer is None or answer.status != 200 or "/login" in page.url:
            raise RuntimeError(f"{path} did not open: {page.url}")
        times.append(float(page.evaluate(TIMING)))
    # The first load fills the cache; people come back.
    detail = {"first_ms": round(times[0], 1), "script_bytes": page.evaluate(SCRIPT)}
    return Row(name, statistics.median(times[1:]), "ms", target, detail=detail)
