"""kill -9 of everything during an ingest loop (fifty times: `python -m bench.kill`)."""

from __future__ import annotations

from bench.instance import initialise
from bench.kill import kill_and_check
from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared

ROUNDS = 3


def test_acknowledged_events_survive_and_no_event_is_partial() -> None:
    """After each restart an acknowledged event is complete; an unacknowledged one is complete or absent."""
    with temporary_folder() as folder:
        copy_prepared(folder)
        key = initialise(folder)["key"]
        rounds = list(kill_and_check(folder, key, range(ROUNDS)))
    assert sum(one.acknowledged for one in rounds) > 0
    assert sum(one.unanswered for one in rounds) > 0
