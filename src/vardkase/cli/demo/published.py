"""Events that others have published, for the demonstration: read from a folder where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import vardkase

FOLDER = Path(vardkase.__file__).parents[2].parent / "shared" / "data" / "eset"
"""ESET's published indicators (BSD licence), beside the checkout. Not part of the package."""


def published_events(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The events of every readable MISP file in `folder`, in the order of their names; a file that is no JSON
    is passed over."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            document = msgspec.json.decode(path.read_bytes())
        except msgspec.DecodeError:
            continue
        found += list(_events(document))
    return found


def _events(document: Any) -> Iterator[dict[str, Any]]:
    """The events in ``{"response": [{"Event": …}]}`` or any part of that."""
    if isinstance(document, list):
        for item in document:
            yield from _events(item)
    elif isinstance(document, dict):
        if isinstance(event := document.get("Event"), dict):
            yield event
        elif "response" in document:
            yield from _events(document["response"])
