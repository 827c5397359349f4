"""Who else has an event open that they may change, and who has changed it since it was opened."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.content_access import operator_of
from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.intel.editing.attributes import add_attributes, edit_attribute
from vardkase.intel.event_locks.models import EventLock
from vardkase.intel.models import Event
from vardkase.intel.queries.history import latest_entry
from vardkase.intel.services.contact import contact_reporter
from vardkase.intel.services.publish import publish_event

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
    # Somebody of another organisation has no name here.
    assert "someone else" not in presence(publisher, setup, seen)
    presence(visitor(seed.site_admin), setup)
    assert "admin@a.example and someone else also have this event open" in presence(publisher, setup, seen)
    EventLock.objects.exclude(user=seed.site_admin.user).delete()
    assert "Someone else also has this event open" in presence(publisher, setup, seen)
    EventLock.objects.update(expires=1)
    assert "open" not in presence(publisher, setup)


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


def news(client: Client, setup: Setup, seen: str, query: str = "") -> str | None:
    """What an open page receives; None if nothing."""
    answer = client.get(f"/event/{setup.event.pk}/news/?seen={seen}{query}")
    return None if answer.status_code == 204 else text_of(answer)


def seen_in(page: str) -> str:
    return page.partition('data-seen="')[2].partition('"')[0]


def test_open_pages_learn_of_changes_that_their_readers_may_know_of(
    seed: Seed, setup: Setup, django_assert_max_num_queries: Any
) -> None:
    Event.objects.update(timestamp=1_790_000_000, publish_timestamp=1_790_000_000)
    colleague, partner = visitor(seed.analyst), visitor(seed.partner)
    own, theirs = (seen_in(text_of(each.get(f"/event/{setup.event.pk}/"))) for each in (colleague, partner))
    with django_assert_max_num_queries(6):  # One of them for the event; the others find out who asks.
        assert news(colleague, setup, own) is None
    assert news(partner, setup, theirs) is None
    # What only the owner may know of changes nothing for others.
    edit_attribute(seed.org_admin.actor, setup.attribute(HIDDEN).pk, {"comment": "For us"})
    Event.objects.update(private_timestamp=1_790_000_100)  # In the past, where nothing else happens any more.
    changed = news(colleague, setup, own)
    assert changed
    assert "8 attributes" in changed
    assert news(colleague, setup, seen_in(changed)) is None
    assert news(partner, setup, theirs) is None
    # What everybody may know of arrives, with the numbers of the reader's own filter.
    added = {"type": "domain", "value": "new.example", "distribution": 5}
    add_attributes(seed.org_admin.actor, setup.event.pk, [added])
    publish_event(seed.org_admin.actor, setup.event.pk)
    unsettled = news(partner, setup, theirs, "&type=domain")
    assert unsettled
    # A change within the same second would have the same time, so it is looked at once more.
    assert seen_in(unsettled).count(".") == 3
    assert "2 of 7 attributes" in unsettled
    assert HIDDEN not in unsettled
    assert "facet-type-choices" in unsettled
    # So does the head of the page, to each as they may read it.
    assert "Published<" in unsettled
    assert "Publish changes" not in unsettled
    add_attributes(seed.org_admin.actor, setup.event.pk, [{**added, "value": "newer.example"}])
    head = news(visitor(seed.publisher), setup, own)
    assert head
    assert "Publish changes" in head
    assert "Unpublished changes" in head
    assert 'data-columns="detection,category,' in head
    assert news(partner, setup, theirs) is None or "Publish changes" not in (
        news(partner, setup, theirs) or ""
    )
    # Those who may not read the event learn nothing, and content access, which records each read, does not ask.
    assert visitor(seed.partner).get(f"/event/{setup.draft.pk}/news/?seen=x").status_code == 404
    assert visitor(operator_of(seed)).get(f"/event/{setup.event.pk}/news/?seen=x").status_code in (403, 404)
