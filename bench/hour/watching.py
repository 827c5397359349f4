"""Memory, processor time and connections of a hub's processes, every few seconds."""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
from collections import defaultdict
from pathlib import Path

from bench.memory import descendants

EVERY = 2.0
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = {"vardkase.config.server": "web", "vardkase.cli.main worker": "worker", "cli.main serve": "serve"}


class Watch:
    """Samples until `stop`. Memory is what a process has for itself (RssAnon): PostgreSQL's shared buffers are not
    counted once for each of its processes."""

    def __init__(self, pid: int) -> None:
        self.memory: dict[str, list[float]] = defaultdict(list)
        """MB of all processes of a kind together, at each look."""
        self.processes: dict[str, list[int]] = defaultdict(list)
        self._seconds: dict[int, tuple[str, float]] = {}
        self._begun: dict[int, float] = {}
        self._pid = pid
        self._stop = threading.Event()
        self._look()
        self._begun = {pid: seconds for pid, (_, seconds) in self._seconds.items()}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def processor_seconds(self) -> dict[str, float]:
        """Of each kind since the beginning."""
        total: dict[str, float] = defaultdict(float)
        for pid, (kind, seconds) in self._seconds.items():
            total[kind] += seconds - self._begun.get(pid, 0.0)
        return dict(total)

    def growth(self, kind: str) -> tuple[float, float]:
        """MB of one process on average in the second quarter of the time, and in the last one: the first warms up."""
        series = [size / count for size, count in zip(self.memory[kind], self.processes[kind], strict=True)]
        quarter = max(1, len(series) // 4)
        return statistics.median(series[quarter : 2 * quarter] or series), statistics.median(
            series[-quarter:]
        )

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            self._look()

    def _look(self) -> None:
        memory: dict[str, float] = defaultdict(float)
        count: dict[str, int] = defaultdict(int)
        for pid in descendants(self._pid):
            with contextlib.suppress(OSError, IndexError, ValueError):
                kind, size = _kind(pid), _anonymous(pid)
                memory[kind] += size
                count[kind] += 1
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self._seconds[pid] = (kind, (int(fields[11]) + int(fields[12])) / TICKS)
        for kind, size in memory.items():
            self.memory[kind].append(size)
            self.processes[kind].append(count[kind])


def _kind(pid: int) -> str:
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if "postgres" in line.split(" ")[0]:
        return "postgresql: connections" if line.startswith("postgres: vardkase") else "postgresql: itself"
    return next((name for part, name in KINDS.items() if part in line), "others")


def _anonymous(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0
