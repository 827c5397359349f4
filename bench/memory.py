"""Peak memory of the server's processes, from /proc."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RESET_PEAK = "5"


@dataclass(slots=True)
class Peak:
    """What a block of work added, in MB; None where the server is not ours to look at."""

    web: float | None = None
    """The greatest growth of one web process over its size before the block."""
    database: float | None = None
    """The same for one PostgreSQL process, without the shared buffers."""


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
    growth: dict[str, list[float]] = {"web": [0.0], "database": [0.0]}
    for process in descendants(pid):
        now, then = _status(process), before.get(process, {})
        kind = "database" if now.get("Name") == "postgres" else "web"
        size = "RssAnon" if kind == "database" else "VmHWM"
        growth[kind].append(
            _kilobytes(now, size) - _kilobytes(then, "RssAnon" if kind == "database" else "VmRSS")
        )
    peak.web = max(growth["web"]) / 1024
    peak.database = max(growth["database"]) / 1024


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


def _status(pid: int) -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {}


def _kilobytes(status: dict[str, str], name: str) -> float:
    return float(status[name].split()[0]) if name in status else 0.0
