"""Child processes of `serve`: started, watched, stopped, and never left behind."""

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

STOP_PATIENCE = 15.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0
MOST_TRIES = 4


class Child:
    """One Python module that runs as a child process; when this process dies, the kernel ends it too."""

    def __init__(
        self,
        name: str,
        module: str,
        *arguments: str,
        database_url: str = "",
        held: bool = False,
        once: bool = False,
    ) -> None:
        """`database_url`: where the database is, so that the child starts none itself.

        `held`: it loads and waits for `release`.
        `once`: it does its work and ends; only when it fails is it started again, a few times.
        """
        self.name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {"DATABASE_URL": database_url} if database_url else {}
        self._held = held
        self._once = once
        self._starts = 0
        self._pause = FIRST_PAUSE
        self._started = self._died = time.monotonic()
        self.process = self._start()

    def release(self) -> None:
        """Let a held child begin; started again, it does not wait any more."""
        self._held = False
        if self.process.stdin:
            self.process.stdin.close()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def revive(self) -> None:
        """Start it again if it has died, after a pause that doubles while it keeps dying."""
        if self._once and (self.process.poll() == 0 or self._starts > MOST_TRIES):
            return
        now = time.monotonic()
        if self.alive():
            if now - self._started > SETTLED_AFTER:
                self._pause = FIRST_PAUSE
            self._died = now
        elif now - self._died > self._pause:
            note(f"The {self.name} process ended (exit code {self.process.returncode}); starting it again.")
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
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
    """Ask all to end, wait, then insist."""
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
