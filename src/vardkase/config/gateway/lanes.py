"""The threads that run Django, in lanes of their own for pages, for the API and for large documents."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Lane:
    """A fixed number of threads that take work in the order in which it comes; each keeps its database connection."""

    def __init__(self, name: str, threads: int) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        for number in range(threads):
            threading.Thread(target=self._run, name=f"{name} {number}", daemon=True).start()

    def submit(self, work: Callable[[], None]) -> None:
        """Have `work`, which raises nothing, done in one of the threads."""
        self._work.put(work)

    def _run(self) -> None:
        while True:
            self._work.get()()
