"""Event locks: colleagues are told who is at work on an event, and nobody is kept from anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_event
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.models import Event


@pytest.fixture
def event(seed: Seed) -> Event:
    made = make_event(seed.org_a, distribution=3, published=True)
    made.save()
    return made


def lock(api_user: ApiUser, event: Event) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/events/addEventLock/{event.uuid}")


def told(api_user: ApiUser, event: Event) -> str | None:
    """What `api_user` is told; None for nothing."""
    response = send(api_user.key, "GET", f"/events/checkLocks/{event.pk}/1700000000")
    if response.status_code == 204:
        assert not response.content
        return None
    return response.content.decode()


def test_colleagues_are_told_who_is_at_work(seed: Seed, event: Event) -> None:
    status, body = lock(seed.analyst, event)
    assert (status, list(body)) == (200, ["lock_id"])
    assert "currently being edited by: analyst@a.example" in (told(seed.colleague, event) or "")
    assert told(seed.analyst, event) is None
    assert call(seed.colleague.key, "POST", f"/events/edit/{event.pk}", {"info": "All the same"})[0] == 200
    path = f"/events/removeEventLock/{event.pk}/{body['lock_id']}"
    assert call(seed.analyst.key, "POST", path) == (200, {"deleted": True})
    assert told(seed.colleague, event) is None
    assert call(seed.analyst.key, "POST", path) == (200, {"deleted": False})


def test_a_lock_expires_unless_it_is_renewed(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(moment: int) -> None:
        monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))

    at(1_800_000_000)
    first = lock(seed.analyst, event)
    at(1_800_000_800)
    assert lock(seed.analyst, event) == first
    at(1_800_001_600)
    assert told(seed.colleague, event)
    at(1_800_001_700)
    assert told(seed.colleague, event) is None
    lock(seed.colleague, event)
    assert EventLock.objects.get().user == seed.colleague.user


def test_only_the_creators_lock_and_learn_of_it(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_a)
    hidden.save()
    for api_user in (seed.stranger, seed.partner, seed.reader):
        assert lock(api_user, event)[0] == 403
    assert lock(seed.stranger, hidden)[0] == 404
    lock(seed.analyst, event)
    lock(seed.analyst, hidden)
    assert told(seed.partner, event) is None
    assert told(seed.stranger, hidden) is None


def test_nobody_takes_anothers_lock_away(seed: Seed, event: Event) -> None:
    _, body = lock(seed.analyst, event)
    for lock_id in (body["lock_id"], "1", "", "nonsense"):
        path = f"/events/removeEventLock/{event.pk}/{lock_id}"
        assert call(seed.colleague.key, "POST", path) == (200, {"deleted": False})
    assert EventLock.objects.count() == 1


def test_people_of_other_organisations_are_not_named(seed: Seed, event: Event) -> None:
    lock(seed.site_admin, event)
    assert "edited by: another user" in (told(seed.analyst, event) or "")
    lock(seed.analyst, event)
    assert "analyst@a.example" in (told(seed.site_admin, event) or "")


def test_locks_can_be_switched_off(seed: Seed, event: Event) -> None:
    lock(seed.analyst, event)
    configure("MISP.disable_event_locks", True)
    assert lock(seed.analyst, event)[0] == 403
    assert told(seed.colleague, event) is None


def test_locks_go_with_their_event(seed: Seed, event: Event) -> None:
    lock(seed.analyst, event)
    assert call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not EventLock.objects.exists()
