"""Whole events: our own, and published ones where a folder of them is configured."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pymisp import MISPEvent

from tests.factories.events import rich_events
from vardkase.cli.demo.published import PUBLISHED_EVENTS

OWN_FOLDER = Path(__file__).parents[1] / "data" / "events"


class Sample(NamedTuple):
    """A document ({"Event": …}), with the name of its file."""

    name: str
    document: dict[str, Any]

    def event(self) -> MISPEvent:
        """The event as PyMISP reads it, with its timestamps."""
        event = MISPEvent(force_timestamps=True)
        event.load(json.loads(json.dumps(self.document)))
        return event


def _read(folder: Path) -> tuple[list[Sample], list[Path]]:
    """The events of a folder, unwrapped, and the files that are not JSON."""
    sound, damaged = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            damaged.append(path)
            continue
        response = document.get("response", document)
        sound.append(Sample(path.stem, dict(response[0] if isinstance(response, list) else response)))
    return sound, damaged


_own, OWN_DAMAGED = _read(OWN_FOLDER)
OWN = [*_own, *(Sample(*each) for each in rich_events().items())]
_named = os.environ.get(PUBLISHED_EVENTS)
PUBLISHED, _published_damaged = _read(Path(_named)) if _named else ([], [])
DAMAGED = [*OWN_DAMAGED, *_published_damaged]

_not_run = pytest.param(
    None, id="published", marks=pytest.mark.skip(f"{PUBLISHED_EVENTS} names no folder of published events")
)
each_sample = pytest.mark.parametrize(
    "sample", [pytest.param(each, id=each.name) for each in (*OWN, *PUBLISHED)] + [_not_run] * (not _named)
)
"""A test for every event; without a configured folder one more is skipped and named in the summary."""
