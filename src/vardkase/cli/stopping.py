"""Stop signals for `serve`."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

# SIGHUP is sent when the terminal is closed.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopRequest:
    """Set by the first SIGTERM, SIGHUP or SIGINT (shells ignore SIGINT for background jobs)."""

    def __init__(self) -> None:
        self.requested = False
        self._interrupts = False
        for number in SIGNALS:
            signal.signal(number, self._handle)

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let signals raise KeyboardInterrupt in this block, for code that does not check `requested`.

        Check it afterwards all the same: the exception can be lost, for example in code that Python runs at a
        fork.
        """
        self._interrupts = True
        try:
            yield
        finally:
            self._interrupts = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        first, self.requested = not self.requested, True
        if first and self._interrupts:
            raise KeyboardInterrupt
