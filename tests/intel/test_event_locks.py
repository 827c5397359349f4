"""Event locks: they tell colleagues who is editing an event, and block nobody."""

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


def lock_message(api_user: ApiUser, event: Event) -> str | None:
    """The message shown to `api_user`; None for none."""
    response = send(api_user.key, "GET", f"/events/checkLocks/{event.pk}/1700000000")
    if response.status_code == 204:
        assert not response.content
        return None
    return response.content.decode()


def test_colleagues_see_who_is_editing(seed: Seed, event: Event) -> None:
    status, body = lock(seed.analyst, event)
    assert (status, list(body)) == (200, ["lock_id"])
    assert "currently being edited by: analyst@a.example" in (lock_message(seed.colleague, event) or "")
    assert lock_message(seed.analyst, event) is None
    assert call(seed.colleague.key, "POST", f"/events/edit/{event.pk}", {"info": "All the same"})[0] == 200
    path = f"/events/removeEventLock/{event.pk}/{body['lock_id']}"
    assert call(seed.analyst.key, "POST", path) == (200, {"deleted": True})
    assert lock_message(seed.colleague, event) is None
    assert call(seed.analyst.key, "POST", path) == (200, {"deleted": False})


def test_lock_expires_unless_renewed(seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(moment: int) -> None:
        monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda: moment))

    at(1_800_000_000)
    first = lock(seed.analyst, event)
    at(1_800_000_800)
    assert lock(seed.analyst, event) == first
    at(1_800_001_600)
    assert lock_message(seed.colleague, event)
    at(1_800_001_700)
    assert lock_message(seed.colleague, event) is None
    lock(seed.colleague, event)
    assert EventLock.objects.get().user == seed.colleague.user


def test_only_the_creator_organisation_uses_locks(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_a)
    hidden.save()
    for api_user in (seed.stranger, seed.partner, seed.reader):
        assert lock(api_user, event)[0] == 403
    assert lock(seed.stranger, hidden)[0] == 404
    lock(seed.analyst, event)
    lock(seed.analyst, hidden)
    assert lock_message(seed.partner, event) is None
    assert lock_message(seed.stranger, hidden) is None


def test_lock_of_a_colleague_cannot_be_removed(seed: Seed, event: Event) -> None:
    _, body = lock(seed.analyst, event)
    for lock_id in (body["lock_id"], "1", "", "nonsense"):
        path = f"/events/removeEventLock/{event.pk}/{lock_id}"
        assert call(seed.colleague.key, "POST", path) == (200, {"deleted": False})
    assert EventLock.objects.count() == 1


def test_users_of_other_organisations_are_not_named(seed: Seed, event: Event) -> None:
    lock(seed.site_admin, event)
    assert "edited by: another user" in (lock_message(seed.analyst, event) or "")
    lock(seed.analyst, event)
    assert "analyst@a.example" in (lock_message(seed.site_admin, event) or "")


def test_locks_can_be_disabled(seed: Seed, event: Event) -> None:
    lock(seed.analyst, event)
    configure("MISP.disable_event_locks", True)
    assert lock(seed.analyst, event)[0] == 403
    assert lock_message(seed.colleague, event) is None


def test_deleting_the_event_deletes_its_locks(seed: Seed, event: Event) -> None:
    lock(seed.analyst, event)
    assert call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not EventLock.objects.exists()
