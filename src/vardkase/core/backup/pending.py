"""A restored hub is closed until the deletions carried out after the backup have been carried out again."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.database.layout import Layout, home_elsewhere

FILE = "restored.json"
LOST_AND_FOUND = "lost+found"
"""In the top folder of a file system."""
UNFINISHED = "The restore was not finished. Run it again: it begins anew."


@dataclass
class Pending:
    left: list[str] = field(default_factory=list)


@contextlib.contextmanager
def open_pending(data_dir: Path) -> Iterator[Pending]:
    """Close the hub for the duration of a block, and after it unless nothing is left.

    The folder must be empty, or what is left of a restore that was cut off; it is empty again if the block raises.
    Raises BackupFailed.
    """
    if left(data_dir) == [UNFINISHED]:
        _empty(data_dir)
    if any(path.name != LOST_AND_FOUND for path in data_dir.iterdir()):
        raise BackupFailed(BackupProblem.NOT_EMPTY(folder=data_dir))
    path = data_dir / FILE
    path.write_text(json.dumps([UNFINISHED]), encoding="utf-8")
    pending = Pending()
    try:
        yield pending
    except BaseException:
        _empty(data_dir)
        raise
    if pending.left:
        path.write_text(json.dumps(pending.left, ensure_ascii=False), encoding="utf-8")
    else:
        path.unlink()


def _empty(data_dir: Path) -> None:
    # Where the server's account could not enter it, its files are elsewhere; a link to anywhere else is only removed.
    if (data_dir / "database").is_symlink() and Layout(data_dir).home == home_elsewhere(data_dir):
        shutil.rmtree(home_elsewhere(data_dir), ignore_errors=True)
    # The mark goes last: what is cut off here is taken up by the next restore.
    for path in sorted(data_dir.iterdir(), key=lambda path: path.name == FILE):
        if path.name == LOST_AND_FOUND:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def left(data_dir: Path) -> list[str] | None:
    """What is left to be deleted again; None if the hub may be opened."""
    try:
        found: list[str] = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def close(data_dir: Path, reason: str) -> None:
    """Close a hub that is there, until somebody opens it."""
    leave(data_dir, [*(left(data_dir) or ()), reason])


def leave(data_dir: Path, reasons: list[str]) -> None:
    (data_dir / FILE).write_text(json.dumps(reasons, ensure_ascii=False), encoding="utf-8")


def forget(data_dir: Path) -> None:
    (data_dir / FILE).unlink(missing_ok=True)
