"""Peak memory of the server's processes, from /proc."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RESET_PEAK = "5"
KEEPER = b"vardkase.core.sandbox.forkserver"


@dataclass(slots=True)
class Peak:
    """What a block of work added, in MB; None where the server is not ours to look at."""

    web: float | None = None
    """The greatest growth of one web process over its size before the block."""
    database: float | None = None
    """The same for one PostgreSQL process, without the shared buffers."""
    confined: float | None = None
    """The same for one process that converts documents, with what it shares with its keeper."""


@contextlib.contextmanager
def watched(pid: int | None) -> Iterator[Peak]:
    """Measure what the block adds to the processes below `pid` (`vardkase serve`)."""
    peak = Peak()
    if pid is None:
        yield peak
        return
    before = {process: _status(process) for process in descendants(pid)}
    for process in before:
        with contextlib.suppress(OSError):
            Path(f"/proc/{process}/clear_refs").write_text(RESET_PEAK)
    yield peak
    growth: dict[str, list[float]] = {"web": [0.0], "database": [0.0], "confined": [0.0]}
    for process in descendants(pid):
        now, then, kind = _status(process), before.get(process, {}), _kind(process)
        most, at_first = ("RssAnon", "RssAnon") if kind == "database" else ("VmHWM", "VmRSS")
        growth[kind].append(_kilobytes(now, most) - _kilobytes(then, at_first))
    peak.web, peak.database, peak.confined = (max(growth[kind]) / 1024 for kind in growth)


def resident(pid: int | None) -> float | None:
    """MB that the web processes below `pid` hold together now."""
    if pid is None:
        return None
    statuses = [_status(process) for process in descendants(pid)]
    return sum(_kilobytes(status, "VmRSS") for status in statuses if status.get("Name") != "postgres") / 1024


def descendants(pid: int) -> list[int]:
    """`pid` and every process below it."""
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{current}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
            found.append(current)
    return found


def _kind(pid: int) -> str:
    if _status(pid).get("Name") == "postgres":
        return "database"
    with contextlib.suppress(OSError):
        if KEEPER in Path(f"/proc/{pid}/cmdline").read_bytes():
            return "confined"
    return "web"


def _status(pid: int) -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {}


def _kilobytes(status: dict[str, str], name: str) -> float:
    return float(status[name].split()[0]) if name in status else 0.0
