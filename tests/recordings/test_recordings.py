"""Our answers equal a real MISP's recorded ones, except where recording_differences.toml gives a reason.

An unlisted difference fails, and so does a listed one that no longer occurs.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.recordings import knowledge
from tests.recordings.accepted import left_out, unlisted_and_stale
from tests.recordings.names import Names
from tests.recordings.replay import exchanges, replayed
from vardkase.core.limits.models import LimitUse
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import first_run
from vardkase.identity.organisations.models import Organisation

ADDRESSES = {
    "pymisp-live": "http://127.0.0.1:8900",
    "pymisp-newest": "http://127.0.0.1:8900",
    "behaviour": "http://127.0.0.1:8901",
    "behaviour-fresh": "http://127.0.0.1:8901",
    "sync-pulled": "http://127.0.0.1:8900",
    "sync-pushed": "http://127.0.0.1:8901",
}
HOSTS = {"sync-pulled": ("ORG-A", "admin@a.test"), "sync-pushed": ("ORG-B", "admin@b.test")}
"""The host organisations and administrators whose names differ from those of a first start."""


@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("world", ADDRESSES)
def test_answers_match_the_recordings(
    world: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.VARDKASE_KNOWLEDGE_DIR = str(tmp_path)
    settings.BASE_URL = ADDRESSES[world]
    names = _set_up(world, tmp_path)
    found = []
    for exchange in exchanges()[world]:
        if not left_out(exchange):
            _set_clock(monkeypatch, exchange["t"])
            found += list(replayed(names, exchange))
    unlisted, stale = unlisted_and_stale(world, found)
    assert not unlisted, "\n".join(["Differences that are not listed:", *unlisted])
    assert not stale, "\n".join(["Listed differences that no longer occur:", *stale])


def _set_up(world: str, folder: Path) -> Names:
    """An installation after its first start, with the first administrator's key and some knowledge."""
    LimitUse.objects.all().delete()
    made = first_run()
    assert made
    if world in HOSTS:
        name, email = HOSTS[world]
        Organisation.objects.update(name=name)
        User.objects.update(email=email)
    names = Names(keys={"KEY_ADMIN": made.key})
    knowledge.place(folder)
    knowledge.load(names, exchanges()[world])
    return names


def _set_clock(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    """Set the clock to the time of the recording: some requests contain a timestamp close to it."""
    monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))
