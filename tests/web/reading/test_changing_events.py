"""Lists and searches of readers have an event that its owner is changing as its last version was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, visitor
from tests.factories.knowledge import make_tag
from tests.factories.last_versions import NEW, OLD_TITLE, change, words
from tests.factories.seed import Seed
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, Event, EventTag
from vardkase.intel.services.publish import publish_event, unpublish_event

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture(autouse=True)
def unpublished_is_private(settings: Any) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return change(seed, make_setup(seed))


def test_list_of_events_has_it_as_its_last_version_was(seed: Seed, setup: Setup) -> None:
    event, actor = setup.event, seed.org_admin.actor
    EventTag.objects.create(event=event, tag=make_tag("kind:changed"))
    partner, stranger = visitor(seed.partner), visitor(seed.stranger)
    for path in ("/events/", "/events/being-changed/"):
        page = words(partner.get(path))
        for shown in (OLD_TITLE, "2026-11-20", "tlp-amber", "phishing", "being changed"):
            assert shown in page
        for hidden in ("Changed title", "kind:changed", "Draft of organisation A"):
            assert hidden not in page
    # The owner has the event itself; searches are of events as they are.
    assert "Being changed" not in words(visitor(seed.reader).get("/events/"))
    left_out = "Events that their owners are changing right now are not searched."
    for path in ("/value/?v=gone.example", "/search/?q=gone.example"):
        assert left_out in words(partner.get(path))
        assert left_out not in words(visitor(seed.reader).get(path))
    # Filters are of last versions too, and the overview has them.
    for query in ("text=payroll", "text=PHISHING", f"text={event.pk}", "tlp=amber", "reach=1", "threat=2",
                  "type=domain", "since=2026-11-20", "state=changed", "organisation=org"):  # fmt: skip
        assert OLD_TITLE in words(partner.get(f"/events/?{query}")), query
        assert OLD_TITLE in words(partner.get(f"/events/being-changed/?{query}")), query
    for query in ("text=changed", "tlp=red", "reach=2", "threat=1", "type=md5", "since=2026-11-21", "state=draft",
                  "view=ours", "organisation=nobody", "cluster=nothing"):  # fmt: skip
        assert OLD_TITLE not in words(partner.get(f"/events/?{query}")), query
    assert OLD_TITLE in words(partner.get("/?since=30d"))
    assert "Changed title" not in words(partner.get("/?since=30d"))
    Event.objects.filter(pk=event.pk).update(distribution=4, sharing_group=seed.group)
    assert OLD_TITLE in words(partner.get("/events/"))
    for path in ("/events/", "/events/being-changed/"):
        assert OLD_TITLE not in words(stranger.get(path))
    # Published for the group, then changed and opened to all: no version of it was for the others but an older one.
    publish_event(actor, event.pk)
    add_attributes(actor, event.pk, [{"type": "domain", "value": "third.example"}])
    Event.objects.filter(pk=event.pk).update(distribution=1, sharing_group=None, info="Third title")
    assert "Changed title" in words(partner.get("/events/"))
    assert "No event is being changed" in words(stranger.get("/events/being-changed/"))
    unpublish_event(actor, event.pk)
    assert "No event is being changed" in words(partner.get("/events/being-changed/"))


def test_searches_say_where_a_value_was_published(seed: Seed, setup: Setup) -> None:
    """They look at events as they are: what was published of one that is being changed is named beside them."""
    partner, stranger, event = visitor(seed.partner), visitor(seed.stranger), setup.event
    for path, text in (("/value/?v=", "198.51.100.23"), ("/search/?q=", "LOGIN.example")):
        page = words(partner.get(path + text))
        assert "are not searched" in page
        assert OLD_TITLE in page
        assert "Changed title" not in page
    page = words(partner.get("/value/?v=198.51.100.24"))  # A part of a composite value.
    assert OLD_TITLE in page
    assert "No occurrences" not in page
    assert partner.get("/search/go/", {"q": "198.51.100.23"})["Location"].startswith("/value/")
    # Not what is new, nor what was not for them, nor what they may no longer read.
    narrowed = setup.attribute("198.51.100.0/24")
    Attribute.objects.filter(pk=narrowed.pk).update(distribution=0)
    Attribute.objects.filter(event=event, value1=HIDDEN).update(distribution=5)
    for text in (NEW, HIDDEN, "198.51.100.0/24"):
        page = words(partner.get("/value/", {"v": text}))
        assert OLD_TITLE not in page
        assert "No occurrences" in page
        assert partner.get("/search/go/", {"q": text})["Location"].startswith("/search/")
    delete_attribute(seed.org_admin.actor, setup.attribute("198.51.100.23").pk, hard=False)
    assert OLD_TITLE in words(partner.get("/value/?v=198.51.100.23"))
    assert "are not searched" in words(partner.get("/search/advanced/?value=x.example"))
    # Of many values, each says so by itself.
    asked = f"/lookup/?q=LOGIN.example,{NEW},{HIDDEN}"
    page = words(partner.get(asked))
    assert page.count(OLD_TITLE) == 1
    assert "3 values: 1 known" in page
    assert OLD_TITLE not in words(partner.get(f"{asked}&show=unknown"))
    rows = bytes_of(partner.get(asked.replace("/lookup/", "/lookup/table/"))).decode().splitlines()
    assert [row.split(",")[2] for row in rows[1:]] == ["1", "0", "0"]
    assert rows[1].endswith(",1")
    # The list counts what it shows.
    page = words(partner.get("/events/"))
    assert "1 being changed by its owner" in page
    assert "and 1 being changed" in page
    # Who may not read the version is told nothing.
    Event.objects.filter(pk=event.pk).update(distribution=4, sharing_group=seed.group)
    for path in (
        "/value/?v=198.51.100.23",
        "/search/?q=198.51.100.23",
        "/lookup/?q=198.51.100.23,a.example",
        "/events/?text=payroll",
        "/events/",
        "/",
    ):
        page = words(stranger.get(path))
        assert OLD_TITLE not in page
        assert "being changed" not in page
        assert "are not searched" not in page
