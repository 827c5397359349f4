"""A real MISP's recorded answers are ours, but for the differences that recording_differences.toml gives a reason for.

A difference that is not listed fails, and so does a listed one that no longer occurs.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.recordings.accepted import left_out, unlisted_and_stale
from tests.recordings.names import Names
from tests.recordings.replay import exchanges, replayed
from vardkase.api.throttle import FailedAttempts
from vardkase.identity.accounts.services import first_run


@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("world", ["pymisp-live", "behaviour"])
def test_answers_are_those_that_were_recorded(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = _stage()
    found = []
    for exchange in exchanges()[world]:
        if not left_out(exchange):
            _set_clock(monkeypatch, exchange["t"])
            found += list(replayed(names, exchange))
    unlisted, stale = unlisted_and_stale(world, found)
    assert not unlisted, "\n".join(["Differences that are not listed:", *unlisted])
    assert not stale, "\n".join(["Listed differences that no longer occur:", *stale])


def _stage() -> Names:
    """An installation as it is after its first start, with the first administrator's key."""
    FailedAttempts.forget_all()
    made = first_run()
    assert made
    return Names(keys={"KEY_ADMIN": made.key})


def _set_clock(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    """Let it be the time at which a request was recorded: some carry a timestamp a little before or after it."""
    monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))
