"""The events that are told: ESET's published ones where they are at hand, else a small set of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pymisp import MISPEvent

ROOT = Path(__file__).parents[2]
ESET = ROOT.parent / "shared" / "data" / "eset"
FOLDER = ESET if ESET.is_dir() else ROOT / "tests" / "data" / "events"


def is_sound(path: Path) -> bool:
    """Whether the file is JSON at all."""
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


FILES = sorted(FOLDER.glob("*.json"))
GOOD = [path for path in FILES if is_sound(path)]
DAMAGED = [path for path in FILES if path not in GOOD]


def read_event(path: Path) -> MISPEvent:
    """The event in a file, its timestamps kept as they are."""
    event = MISPEvent(force_timestamps=True)
    event.load(read_document(path))
    return event


def read_document(path: Path) -> dict[str, Any]:
    """{"Event": {…}}, out of whatever envelope the file has."""
    document = json.loads(path.read_bytes())
    response = document.get("response", document)
    return dict(response[0] if isinstance(response, list) else response)
