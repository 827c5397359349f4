"""Who else has an event open that they may change, and who has changed it since it was opened."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.content_access import operator_of
from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.queries.history import latest_entry
from vardkase.intel.services.contact import contact_reporter

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def presence(client: Client, setup: Setup, seen: object = "") -> str:
    return text_of(client.post(f"/event/{setup.event.pk}/presence/", {"seen": seen}))


def test_editors_see_each_other_and_what_changed(seed: Seed, setup: Setup) -> None:
    admin, publisher = visitor(seed.org_admin), visitor(seed.publisher)
    seen = latest_entry()
    assert presence(admin, setup, seen).strip() == ""
    assert "admin@a.example also has this event open" in presence(publisher, setup, seen)
    assert "publisher@a.example also has this event open" in presence(admin, setup, seen)
    add_attributes(seed.org_admin.actor, setup.event.pk, [{"type": "domain", "value": "new.example"}])
    assert "Changed by admin@a.example since you opened it." in presence(publisher, setup, seen)
    # Not by oneself, nor before; and a question of a reader is no change.
    assert "Changed by" not in presence(admin, setup, seen)
    assert "Changed by" not in presence(publisher, setup, latest_entry())
    contact_reporter(seed.partner.actor, setup.event.pk, "Which version?", creator_only=False)
    assert "analyst@b.example" not in presence(publisher, setup, seen)
    for nonsense in ("", "x", "-1", "9" * 40):
        assert "Changed by" not in presence(publisher, setup, nonsense)
    EventLock.objects.update(expires=1)
    assert "Also open" not in presence(publisher, setup)


def test_others_get_no_hint(seed: Seed, setup: Setup) -> None:
    presence(visitor(seed.org_admin), setup)
    path = f"/event/{setup.event.pk}/presence/"
    others: list[ApiUser] = [seed.partner, seed.stranger, seed.reader, operator_of(seed)]
    for person in others:
        client = visitor(person)
        assert client.post(path, {"seen": "0"}).status_code in (403, 404)
        page = client.get(f"/event/{setup.event.pk}/")
        assert "presence" not in page.content.decode()
        assert "admin@a.example" not in page.content.decode()
    assert visitor(seed.partner).post(f"/event/{setup.draft.pk}/presence/").status_code == 404
    assert EventLock.objects.count() == 1
    configure("MISP.disable_event_locks", True)
    assert "Also open" not in presence(visitor(seed.publisher), setup)
    assert visitor(seed.publisher).get(path).status_code == 405
