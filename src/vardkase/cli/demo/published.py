"""Published events for the demonstration, read from a folder if available."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

PUBLISHED_EVENTS = "VARDKASE_PUBLISHED_EVENTS"
"""The variable that names a folder of published MISP events, such as ESET's. None are part of the package."""


def published_events() -> list[dict[str, Any]]:
    """The events of every readable MISP file in the folder, if one is named, in the order of the files' names.

    A file that is no JSON is passed over.
    """
    named = os.environ.get(PUBLISHED_EVENTS)
    if not named:
        return []
    found = []
    folder = Path(named)
    for path in sorted(folder.glob("*.json")):
        try:
            document = msgspec.json.decode(path.read_bytes())
        except msgspec.DecodeError:
            continue
        found += list(_events(document))
    return found


def _events(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for item in document:
            yield from _events(item)
    elif isinstance(document, dict):
        if isinstance(event := document.get("Event"), dict):
            yield event
        elif "response" in document:
            yield from _events(document["response"])
