"""Worker processes of the web server: fork, monitor, replace, stop."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from vardkase.core.database import die_with_parent

GRACE = 12.0
"""Seconds until workers that were asked to stop are killed."""
PAUSE = 0.5
"""Seconds before a worker that died is replaced."""


class Workers:
    """`count` forks that run `work` with their number; replaced when they die, until this process is asked to stop."""

    def __init__(self, count: int, work: Callable[[int], None]) -> None:
        self._work = work
        self._main = os.getpid()
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._numbers = {self._fork(number): number for number in range(count)}

    def watch(self) -> None:
        while not self._stopping:
            try:
                pid, _ = os.wait()
            except InterruptedError:
                continue
            except ChildProcessError:
                return
            number = self._numbers.pop(pid, None)
            if number is not None and not self._stopping:
                time.sleep(PAUSE)
                self._numbers[self._fork(number)] = number
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._numbers and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        self._signal(signal.SIGKILL)
        while self._numbers:
            self._reap()
            time.sleep(0.02)

    def _fork(self, number: int) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            for handled in (signal.SIGTERM, signal.SIGINT):
                signal.signal(handled, signal.SIG_DFL)
            # A worker outlives this process only when that was killed, and is killed then.
            die_with_parent(signal.SIGKILL, parent=self._main)()
            self._work(number)
            status = 0
        finally:
            os._exit(status)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        for pid in list(self._numbers):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                self._numbers.pop(pid, None)

    def _reap(self) -> None:
        for pid in list(self._numbers):
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    self._numbers.pop(pid, None)
            except ChildProcessError:
                self._numbers.pop(pid, None)
