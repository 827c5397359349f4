"""What was sent to a hub, and which of it was acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Write:
    """One change. `kind` is event, attribute, attachment, tag, proposal, sighting, publication or pull; `name` is
    what it is found by: a uuid, or a value that nothing else has."""

    kind: str
    name: str
    event: str
    content: Any = None
    acknowledged: bool = False


@dataclass(slots=True)
class Ledger:
    """The writes of one round or of many, and what clients were told instead of an answer."""

    writes: list[Write] = field(default_factory=list)
    reads: int = 0
    """Requests that were answered as usual, writes among them."""
    unavailable: int = 0
    """Answers 503 that say when to come again, in the form that clients read."""
    cuts: list[tuple[float, float, str]] = field(default_factory=list)
    """When requests were sent that got no answer, when that was clear (`time.monotonic`), and which."""
    wrong: Counter[str] = field(default_factory=Counter)
    """Answers that no client should see."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sends(self, write: Write) -> Write:
        with self._lock:
            self.writes.append(write)
        return write

    def answered(self) -> None:
        with self._lock:
            self.reads += 1

    def refused(self) -> None:
        with self._lock:
            self.unavailable += 1

    def cut(self, began: float, which: str) -> None:
        with self._lock:
            self.cuts.append((began, time.monotonic(), which))

    def complain(self, text: str) -> None:
        with self._lock:
            self.wrong[text] += 1

    def of(self, kind: str, *, acknowledged: bool = True) -> list[Write]:
        """The writes of one kind; the others too unless `acknowledged`."""
        with self._lock:
            return [
                each for each in self.writes if each.kind == kind and (each.acknowledged or not acknowledged)
            ]

    def acknowledged(self) -> int:
        return sum(each.acknowledged for each in self.writes)
