"""An event merged with those that extend it."""

from __future__ import annotations

import pytest

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.intel.models import Event
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    """The event of A, extended by A's draft and by an event of B with a part for B alone."""
    setup = make_setup(seed)
    Event.objects.filter(pk=setup.draft.pk).update(extends_uuid=setup.event.uuid)
    attributes = [
        {"type": "domain", "value": "extending.example", "comment": SCRIPT},
        {"type": "domain", "value": "own-of-b.example", "distribution": 0},
    ]
    actor = seed.partner.actor
    add_event(
        actor,
        {"info": SCRIPT, "distribution": 1, "extends_uuid": str(setup.event.uuid), "Attribute": attributes},
    )
    return setup


def test_attributes_of_extending_events_are_shown_with_their_origin(seed: Seed, setup: Setup) -> None:
    owner = visitor(seed.reader)
    assert "With extending events" in text_of(owner.get(f"/event/{setup.event.pk}/"))
    page = text_of(owner.get(f"/event/{setup.event.pk}/extended/"))
    for words in (
        "extending<wbr>[.]example",
        "login<wbr>[.]example",
        "Organisation B",
        "Draft of organisation A",
    ):
        assert words in page
    assert SCRIPT not in page
    assert "own-of-b" not in page


def test_what_a_reader_may_not_see_is_left_out(seed: Seed, setup: Setup) -> None:
    Event.objects.filter(pk=setup.draft.pk).update(distribution=0)
    page = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/extended/"))
    assert "extending<wbr>[.]example" in page
    for hidden in ("Draft of organisation A", HIDDEN.split(".")[0] + "<wbr>", "own-of-b", "secret"):
        assert hidden not in page
    assert visitor(seed.stranger).get(f"/event/{setup.draft.pk}/extended/").status_code == 404


def test_pages_of_the_merged_view_show_every_attribute_once(seed: Seed, setup: Setup) -> None:
    client, address = visitor(seed.partner), "?rows=15"
    seen: list[int] = []
    while address:
        shown = client.get(f"/event/{setup.event.pk}/extended/{address}").context
        seen += [line.id for line in shown["lines"]]
        address = shown["older"]
    assert len(seen) == len(set(seen)) == 8
