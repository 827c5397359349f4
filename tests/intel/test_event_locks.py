"""Event locks: colleagues are told who is at work on an event, and nobody is kept from anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.api.calls import call, send
from tests.cast import Cast, Player
from tests.factories import make_event
from tests.intel.sighted import configure
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.models import Event


@pytest.fixture
def event(cast: Cast) -> Event:
    made = make_event(cast.org_a, distribution=3, published=True)
    made.save()
    return made


def lock(player: Player, event: Event) -> tuple[int, Any]:
    return call(player.key, "POST", f"/events/addEventLock/{event.uuid}")


def told(player: Player, event: Event) -> str | None:
    """What `player` is told; None for nothing."""
    response = send(player.key, "GET", f"/events/checkLocks/{event.pk}/1700000000")
    if response.status_code == 204:
        assert not response.content
        return None
    return response.content.decode()


def test_colleagues_are_told_who_is_at_work(cast: Cast, event: Event) -> None:
    status, body = lock(cast.analyst, event)
    assert (status, list(body)) == (200, ["lock_id"])
    assert "currently being edited by: analyst@a.example" in (told(cast.colleague, event) or "")
    assert told(cast.analyst, event) is None
    assert call(cast.colleague.key, "POST", f"/events/edit/{event.pk}", {"info": "All the same"})[0] == 200
    path = f"/events/removeEventLock/{event.pk}/{body['lock_id']}"
    assert call(cast.analyst.key, "POST", path) == (200, {"deleted": True})
    assert told(cast.colleague, event) is None
    assert call(cast.analyst.key, "POST", path) == (200, {"deleted": False})


def test_a_lock_expires_unless_it_is_renewed(
    cast: Cast, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(moment: int) -> None:
        monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))

    at(1_800_000_000)
    first = lock(cast.analyst, event)
    at(1_800_000_800)
    assert lock(cast.analyst, event) == first
    at(1_800_001_600)
    assert told(cast.colleague, event)
    at(1_800_001_700)
    assert told(cast.colleague, event) is None
    lock(cast.colleague, event)
    assert EventLock.objects.get().user == cast.colleague.user


def test_only_the_creators_lock_and_learn_of_it(cast: Cast, event: Event) -> None:
    hidden = make_event(cast.org_a)
    hidden.save()
    for player in (cast.stranger, cast.partner, cast.reader):
        assert lock(player, event)[0] == 403
    assert lock(cast.stranger, hidden)[0] == 404
    lock(cast.analyst, event)
    lock(cast.analyst, hidden)
    assert told(cast.partner, event) is None
    assert told(cast.stranger, hidden) is None


def test_nobody_takes_anothers_lock_away(cast: Cast, event: Event) -> None:
    _, body = lock(cast.analyst, event)
    for lock_id in (body["lock_id"], "1", "", "nonsense"):
        path = f"/events/removeEventLock/{event.pk}/{lock_id}"
        assert call(cast.colleague.key, "POST", path) == (200, {"deleted": False})
    assert EventLock.objects.count() == 1


def test_people_of_other_organisations_are_not_named(cast: Cast, event: Event) -> None:
    lock(cast.site_admin, event)
    assert "edited by: another user" in (told(cast.analyst, event) or "")
    lock(cast.analyst, event)
    assert "analyst@a.example" in (told(cast.site_admin, event) or "")


def test_locks_can_be_switched_off(cast: Cast, event: Event) -> None:
    lock(cast.analyst, event)
    configure("MISP.disable_event_locks", True)
    assert lock(cast.analyst, event)[0] == 403
    assert told(cast.colleague, event) is None


def test_locks_go_with_their_event(cast: Cast, event: Event) -> None:
    lock(cast.analyst, event)
    assert call(cast.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not EventLock.objects.exists()
