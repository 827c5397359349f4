"""A person at a page, whose clicks, entries and page loads are counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, Response

MOST_TABS = 120
MOST_OPTIONS = 40


@dataclass(slots=True)
class Effort:
    clicks: int = 0
    entries: int = 0
    """Fields that were filled, files that were chosen, and choices in a list."""
    keys: int = 0
    loads: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Person:
    page: Page
    tasks: dict[str, Effort] = field(default_factory=dict)
    _now: Effort = field(default_factory=Effort)

    @contextmanager
    def task(self, name: str, most: int | None = None) -> Iterator[None]:
        """One task, with at most `most` clicks."""
        self._now = self.tasks[name] = Effort()
        started = time.perf_counter()

        def count(answer: Response) -> None:
            self._now.loads += answer.request.is_navigation_request()

        self.page.on("response", count)
        yield
        self.page.remove_listener("response", count)
        self._now.seconds = round(time.perf_counter() - started, 1)
        assert most is None or self._now.clicks <= most, f"{name}: {self._now.clicks} clicks"

    def click(self, place: Locator) -> None:
        self._now.clicks += 1
        place.click()

    def fill(self, place: Locator, text: str) -> None:
        self._now.entries += 1
        place.fill(text)

    def choose(self, place: Locator, name: str, content: bytes) -> None:
        self._now.entries += 1
        place.set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": content}])

    def press(self, *keys: str) -> None:
        for key in keys:
            self._now.keys += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Into what has the focus."""
        self._now.entries += 1
        self.page.keyboard.type(text)

    def tab_to(self, place: Locator, *, back: bool = False) -> None:
        for _ in range(MOST_TABS):
            if place.evaluate("element => element === document.activeElement"):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{place} is not reached by keyboard")

    def pick(self, name: str) -> None:
        """The suggestion of that name, by the arrow keys."""
        option = self.page.get_by_role("option", name=name).first
        option.wait_for()
        for _ in range(MOST_OPTIONS):
            if option.get_attribute("aria-selected") == "true":
                self.press("Enter")
                return
            self.press("ArrowDown")
        raise AssertionError(f"{name} is not reached by keyboard")
