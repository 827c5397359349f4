"""Disk space of the write-ahead log."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from vardkase.core.database.cluster import environment

LAST_CHECKPOINT = re.compile(r"^Latest checkpoint's REDO WAL file:\s+([0-9A-F]{24})$", re.MULTILINE)
CLEANLY_STOPPED = re.compile(r"^Database cluster state:\s+shut down$", re.MULTILINE)
SEGMENT = re.compile(r"[0-9A-F]{24}", re.ASCII)


def remove_reserved_segments(cluster: Path, programs: Path) -> int:
    """Remove the segments that the server has made or kept for future writing; returns how many.

    Call only while no server runs. After a clean shutdown the last checkpoint is the last record, so later segments
    hold nothing (pg_resetwal removes them likewise); after a crash, nothing is touched.
    """
    answer = subprocess.run(
        [programs / "pg_controldata", "-D", cluster],
        env=environment(cluster),
        capture_output=True,
        text=True,
        check=False,
    )
    last = LAST_CHECKPOINT.search(answer.stdout)
    if answer.returncode or last is None or not CLEANLY_STOPPED.search(answer.stdout):
        return 0
    current = last[1]
    unused = [
        path
        for path in (cluster / "pg_wal").iterdir()
        # Of the same timeline, which the first eight digits are.
        if SEGMENT.fullmatch(path.name) and path.name[:8] == current[:8] and path.name > current
    ]
    for path in unused:
        path.unlink()
    return len(unused)
