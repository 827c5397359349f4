"""The processes of a cluster on loopback, started again when they die, as systemd would, and ended by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from vardkase.core.database.accounts import PopenAccount

RESTART_AFTER = 1.0
"""Seconds, as RestartSec of the units."""
LOOK = 0.1
# Ends what works below the folder when its input ends, so when the tests are killed.
GUARD = """
import sys
from pathlib import Path
sys.stdin.read()
from tests.cluster.parts import end_all
end_all(Path(sys.argv[1]))
"""


def working_in(folder: Path) -> list[int]:
    """The processes, other than this one, whose working folder is `folder` or below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found


def end_all(folder: Path) -> None:
    """Kill, by their pids, the processes that work in `folder`."""
    for _ in range(50):
        pids = working_in(folder)
        if not pids:
            return
        kill(pids)
        time.sleep(0.1)


def kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Part:
    """One service of one machine. Its processes work in `folder`, or below it."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: PopenAccount = field(default_factory=PopenAccount)
    held: bool = False
    """Not started again: its machine is down."""
    process: subprocess.Popen[bytes] | None = None
    died: float | None = None

    @property
    def log(self) -> Path:
        return self.folder.parent / f"{self.name}.log"

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.account,
            )
        self.died = None

    def kill(self) -> None:
        """kill -9 of all its processes."""
        kill(working_in(self.folder))

    def revive(self) -> None:
        """Start it again when it has been dead for `RESTART_AFTER`."""
        if self.held or self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.died = self.died or now
        if now - self.died > RESTART_AFTER:
            self.start()


class Supervisor:
    """Starts parts again while it runs. As a context: at its end every process is gone, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: dict[str, Part] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._guard = subprocess.Popen(
            [sys.executable, "-c", GUARD, str(self.folder)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        end_all(self.folder)
        for part in self.parts.values():
            if part.process:
                part.process.wait(10)
        if self._guard:
            self._guard.communicate(timeout=30)

    def add(self, part: Part) -> Part:
        part.folder.mkdir(parents=True, exist_ok=True)
        if "user" in part.account:
            os.chown(part.folder, part.account["user"], part.account["group"])
        part.start()
        self.parts[part.name] = part
        return part

    def _watch(self) -> None:
        while not self._stop.wait(LOOK):
            for part in list(self.parts.values()):
                part.revive()
