"""Child processes of `serve`: start, monitor, stop, and clean up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from vardkase.cli.output import note
from vardkase.core.database import die_with_parent
from vardkase.core.retries import PROCESS

STOP_PATIENCE = 15.0
SETTLED_AFTER = 60.0
MOST_TRIES = 4


class Child:
    """One Python module run as a child process; the kernel ends it when this process dies."""

    def __init__(
        self,
        name: str,
        module: str,
        *arguments: str,
        database_url: str = "",
        held: bool = False,
        once: bool = False,
    ) -> None:
        """`database_url`: the database to use, so that the child does not start its own. `held`: the child
        loads, then waits for `release`. `once`: the child exits when done; it is restarted a few times
        only if it fails."""
        self.name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {"DATABASE_URL": database_url} if database_url else {}
        self._held = held
        self._once = once
        self._finished = False
        self._starts = 0
        self._failures = 1
        self._started = self._died = time.monotonic()
        self.process = self._start()

    def release(self) -> None:
        self._held = False
        if self.process.stdin:
            self.process.stdin.close()

    def alive(self) -> bool:
        return self.process.poll() is None

    def has_just_finished(self) -> bool:
        """Whether a child that runs `once` is done; true the first time only."""
        if not self._once or self._finished or self.process.poll() != 0:
            return False
        self._finished = True
        return True

    def revive(self) -> None:
        """Restart the process if it has died, after a delay that doubles with each failure."""
        if self._once and (self.process.poll() == 0 or self._starts > MOST_TRIES):
            return
        now = time.monotonic()
        if self.alive():
            # Failures are forgotten only once it has run for a while, or a crash loop would never slow down.
            if now - self._started > SETTLED_AFTER:
                self._failures = 1
            self._died = now
        elif now - self._died > (PROCESS.delay(self._failures) or 0.0):
            note(f"The {self.name} process ended (exit code {self.process.returncode}); starting it again.")
            self._failures += 1
            self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._starts += 1
        self._started = self._died = time.monotonic()
        return subprocess.Popen(
            self._command,
            env={**os.environ, **self._environment},
            stdin=subprocess.PIPE if self._held else subprocess.DEVNULL,
            # A Ctrl-C at the terminal is for the parent, which stops its children in order.
            start_new_session=True,
            # Not SIGTERM: a worker that has lost its database waits for it for ever.
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call, no lock
        )


def stop_all(children: Sequence[Child]) -> None:
    """Terminate all children, wait, then kill those still running."""
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
    deadline = time.monotonic() + STOP_PATIENCE
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
