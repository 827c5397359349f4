"""A restored hub is closed until the deletions carried out after the backup have been carried out again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILE = "restored.json"
UNFINISHED = "The restore was not finished. Empty the data folder, and restore again."


@dataclass
class Pending:
    left: list[str] = field(default_factory=list)


@contextlib.contextmanager
def open_pending(data_dir: Path) -> Iterator[Pending]:
    """Close the hub for the duration of a block, and after it unless nothing is left. If it raises, it stays closed."""
    path = data_dir / FILE
    path.write_text(json.dumps([UNFINISHED]), encoding="utf-8")
    pending = Pending()
    yield pending
    if pending.left:
        path.write_text(json.dumps(pending.left, ensure_ascii=False), encoding="utf-8")
    else:
        path.unlink()


def left(data_dir: Path) -> list[str] | None:
    """What is left to be deleted again; None if the hub may be opened."""
    try:
        found: list[str] = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def forget(data_dir: Path) -> None:
    (data_dir / FILE).unlink(missing_ok=True)
