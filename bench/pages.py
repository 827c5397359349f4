"""Pages in Chromium, signed in and with a warm cache: how soon they are painted, whether they shift, what they load."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.instance import Instance
from bench.row import Row

LOADS = 5
PAINT_TARGET, SHIFT_TARGET, KEYSTROKE_TARGET = 250.0, 0.02, 150.0
"""Milliseconds; a share of the window, as Chromium counts it; milliseconds."""
SCRIPT_TARGET = 150.0
"""kB, minified but not compressed."""
EVENT_TARGETS = {10_000: 300.0, 350_000: 600.0}
"""Milliseconds until an event of so many attributes can be used: the first rows are there, and the scripts have run."""
PATHS = (
    "/",
    "/events/",
    "/search/?q=domain",
    "/values/",
    "/lookup/",
    "/proposals/",
    "/notes/",
    "/galaxies/",
    "/tags/",
    "/taxonomies/",
    "/warninglists/",
    "/reference-data/",
    "/event/import/",
    "/administration/users/",
    "/administration/organisations/",
    "/administration/audit/",
    "/administration/feeds/",
    "/administration/connections/",
    "/administration/jobs/",
    "/administration/settings/",
    "/account/",
    "/api/docs",
)
MEASURED = """() => new Promise(done => {
    let painted = 0, shifted = 0
    new PerformanceObserver(list => { for (const entry of list.getEntries()) painted = entry.startTime })
        .observe({type: 'largest-contentful-paint', buffered: true})
    new PerformanceObserver(list => { for (const entry of list.getEntries()) shifted += entry.value })
        .observe({type: 'layout-shift', buffered: true})
    const navigation = performance.getEntriesByType('navigation')[0]
    const script = performance.getEntriesByType('resource')
        .filter(entry => entry.initiatorType === 'script')
        .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
    setTimeout(() => done({painted, shifted, script, loaded: navigation.loadEventEnd}), 300)
})"""
KEYSTROKE = """text => new Promise(done => {
    const field = document.querySelector('#attribute-text')
    const started = performance.now()
    document.addEventListener('htmx:afterSettle', () => done(performance.now() - started), {once: true})
    field.value = text
    field.dispatchEvent(new Event('input', {bubbles: true}))
})"""


@dataclass(frozen=True, slots=True)
class Load:
    """Medians of several loads of one page."""

    painted: float
    loaded: float
    shifted: float
    script: float


def page_rows(instance: Instance, events: Mapping[int, str]) -> Iterator[Row]:
    """`events`: ids of events by their number of attributes."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None or not instance.password:
        print("  pages are not measured: there is no Chromium, or no password to sign in with")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=instance.url, viewport={"width": 1440, "height": 900})
        sign_in(page, instance)
        loads = {path: measured(page, path) for path in PATHS}
        for path, load in loads.items():
            yield Row(f"page {path}: largest paint", load.painted, "ms", PAINT_TARGET, detail=_detail(load))
        for size, number in events.items():
            load = loads[f"event of {size:,}"] = measured(page, f"/event/{number}/")
            target = EVENT_TARGETS.get(size)
            yield Row(f"page: event of {size:,} usable", load.loaded, "ms", target, detail=_detail(load))
            yield _keystrokes(page, size)
        yield Row("pages: layout shift, most", max(load.shifted for load in loads.values()), "", SHIFT_TARGET)
        yield Row("pages: script, most", max(load.script for load in loads.values()), "kB", SCRIPT_TARGET)
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


def measured(page: Page, path: str) -> Load:
    found: list[dict[str, Any]] = []
    for _ in range(LOADS + 1):
        answer = page.goto(path, wait_until="load")
        if answer is None or answer.status != 200 or "/login" in page.url:
            raise RuntimeError(f"{path} did not open: {page.url}")
        found.append(page.evaluate(MEASURED))
    # The first load fills the cache; people come back.
    middle = {name: statistics.median(load[name] for load in found[1:]) for name in found[0]}
    return Load(middle["painted"], middle["loaded"], middle["shifted"], middle["script"] / 1000)


def _keystrokes(page: Page, size: int) -> Row:
    """From a key in the filter of the open event until the rows are there."""
    times = [float(page.evaluate(KEYSTROKE, text)) for text in ("e", "ex", "exa", "exam", "examp")]
    name = f"page: event of {size:,}, keystroke in the filter"
    return Row(name, statistics.median(times), "ms", KEYSTROKE_TARGET, detail={"times": times})


def _detail(load: Load) -> dict[str, Any]:
    return {
        "loaded_ms": round(load.loaded, 1),
        "layout_shift": round(load.shifted, 3),
        "script_kb": round(load.script, 1),
    }
