"""Recognising what is in a text stops when the request has no time left, in every interface."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import cast

import pytest

from tests.factories.seed import Seed
from tests.intel.event_reports.test_reports import make_event, make_report
from vardkase.analysis.search.value_list import read_values
from vardkase.core import time_budget as clock
from vardkase.core.time_budget import OutOfTime, time_budget
from vardkase.exchange.feeds import reading
from vardkase.formats.incoming.module_answers import document_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.freetext import values_in
from vardkase.intel.event_reports.extraction import extraction_of
from vardkase.intel.queries.pasted_text import pasted

WORDS = " ".join(f"host{number}.example.com" for number in range(3_000))
SEARCHES: dict[str, Callable[[str], object]] = {
    "free-text import": values_in,
    "paste": lambda text: pasted(cast(Actor, None), None, text),
    "list of values": lambda text: read_values("{" + text),
    "feed": lambda text: list(reading._text_values([f"<html>{text}".encode()])),
    "answer of a module": lambda text: document_of({"results": [{"types": "freetext", "values": text}]}, ""),
}


LOOKS = 1_000
"""Of the clock: fewer than there are words, and more than one request needs beside them."""


@pytest.fixture(autouse=True)
def second_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on when it is looked at: what looks at it only before and after has all the time it wants."""
    seconds = count()
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_recognition_stops_when_time_is_up(search: Callable[[str], object]) -> None:
    with pytest.raises(OutOfTime), time_budget(LOOKS):
        search(WORDS)


@pytest.mark.django_db
def test_extraction_from_report_stops_when_time_is_up(seed: Seed) -> None:
    report = make_report(seed.analyst, make_event(seed.analyst), content=WORDS)
    with pytest.raises(OutOfTime), time_budget(LOOKS):
        extraction_of(seed.analyst.actor, report["id"])
