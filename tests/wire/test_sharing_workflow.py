"""The main workflow: A publishes; others see what they may, find it, see its correlations, and export it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from pymisp import MISPEvent, PyMISP

from tests.factories.seed import Seed
from tests.wire.conftest import Connect

COMMUNITY, GROUP = 1, 4
SHARED = "evil.example"


def make(info: str, distribution: int, *values: tuple[str, str], **fields: Any) -> MISPEvent:
    """An event with attributes."""
    event = MISPEvent()
    event.from_dict(info=info, distribution=distribution, **fields)
    for kind, value in values:
        event.add_attribute(kind, value)
    return event


def add(client: PyMISP, event: MISPEvent) -> MISPEvent:
    """Add it, and assert success."""
    stored = client.add_event(event, pythonify=True)
    assert isinstance(stored, MISPEvent), stored
    return stored


def infos(client: PyMISP, **filters: Any) -> set[str]:
    """The titles of the events that a search finds."""
    found = client.search("events", pythonify=True, **filters)
    assert isinstance(found, list), found
    return {event.info for event in found}


def related_ids(event: MISPEvent) -> set[int]:
    """The ids of the events that the reader sees as correlated."""
    return {int(related["Event"]["id"]) for related in event.get("RelatedEvent", [])}


def test_published_event_is_seen_found_correlated_and_exported(
    analyst: PyMISP, partner: PyMISP, stranger: PyMISP
) -> None:
    mine = add(partner, make("What B saw before", 0, ("domain", SHARED), ("ip-dst", "198.51.100.7")))
    event = add(analyst, make("Campaign", COMMUNITY, ("domain", SHARED), ("sha256", "a" * 64)))
    assert "errors" not in analyst.publish(event)

    seen = partner.get_event(event.uuid, pythonify=True)
    assert isinstance(seen, MISPEvent)
    assert seen.published
    assert {attribute.value for attribute in seen.attributes} == {SHARED, "a" * 64}
    assert infos(partner, value=SHARED) == {"Campaign", "What B saw before"}
    assert infos(stranger, value=SHARED) == {"Campaign"}
    assert related_ids(seen) == {mine.id}

    exported = partner.search("attributes", return_format="csv", type_attribute="domain", to_ids=True)
    rows = list(csv.DictReader(io.StringIO(str(exported))))
    assert {(row["event_id"], row["value"]) for row in rows} == {
        (str(mine.id), SHARED),
        (str(event.id), SHARED),
    }


def test_correlations_show_only_readable_events(analyst: PyMISP, stranger: PyMISP) -> None:
    """C's own event correlates with A's private one: A's analyst and C each see only their side."""
    secret = add(analyst, make("Secret", 0, ("domain", SHARED)))
    own = add(stranger, make("Of C", COMMUNITY, ("domain", SHARED)))
    seen_by_c = stranger.get_event(own.uuid, pythonify=True)
    assert isinstance(seen_by_c, MISPEvent)
    assert related_ids(seen_by_c) == set()
    seen_by_a = analyst.get_event(own.uuid, pythonify=True)
    assert isinstance(seen_by_a, MISPEvent)
    assert related_ids(seen_by_a) == {secret.id}
    assert (
        stranger.search("attributes", value=SHARED, includeCorrelations=True)["Attribute"][0].get(  # type: ignore[index, call-overload]
            "RelatedAttribute", []
        )
        == []
    )


@pytest.mark.parametrize("look", ["get_event", "search", "attributes", "index", "exists", "csv"])
def test_private_event_is_invisible_to_others(look: str, analyst: PyMISP, stranger: PyMISP) -> None:
    """Alike by every way of asking."""
    event = add(analyst, make("Secret", 0, ("domain", SHARED)))
    looks = {
        "get_event": lambda: stranger.get_event(event.uuid).get("errors", (0,))[0] == 404,
        "search": lambda: infos(stranger, value=SHARED) == set(),
        "attributes": lambda: stranger.search("attributes", value=SHARED)["Attribute"] == [],
        "index": lambda: stranger.search_index() == [],
        "exists": lambda: stranger.event_exists(event.uuid) is False,
        "csv": lambda: SHARED not in str(stranger.search("attributes", value=SHARED, return_format="csv")),
    }
    assert looks[look]()


def test_sharing_group_event_is_visible_only_to_members(
    analyst: PyMISP, partner: PyMISP, stranger: PyMISP, server_seed: Seed
) -> None:
    """A member sees the event, the group and its other members; a stranger sees nothing."""
    group = server_seed.group
    event = add(analyst, make("For two", GROUP, ("domain", SHARED), sharing_group_id=group.pk))
    seen = partner.get_event(event.uuid, pythonify=True)
    assert isinstance(seen, MISPEvent)
    assert seen.SharingGroup["uuid"] == str(group.uuid)
    assert infos(stranger, value=SHARED) == set()
    assert stranger.sharing_groups() == []


def test_attribute_distribution_can_be_narrower_than_its_events(
    analyst: PyMISP, partner: PyMISP, stranger: PyMISP, server_seed: Seed
) -> None:
    """0 is for the owner, 4 for the group, 5 for the readers of the event."""
    event = make("Open", COMMUNITY)
    event.add_attribute("domain", "home.example", distribution=0)
    event.add_attribute("domain", "group.example", distribution=GROUP, sharing_group_id=server_seed.group.pk)
    event.add_attribute("domain", "open.example", distribution=5)
    stored = add(analyst, event)
    everything = {"home.example", "group.example", "open.example"}
    for client, values in (
        (analyst, everything),
        (partner, everything - {"home.example"}),
        (stranger, {"open.example"}),
    ):
        found = client.get_event(stored.uuid, pythonify=True)
        assert isinstance(found, MISPEvent)
        assert {attribute.value for attribute in found.attributes} == values
        assert {attribute["value"] for attribute in client.search("attributes")["Attribute"]} == values  # type: ignore[index, call-overload]


def test_only_the_owner_edits(analyst: PyMISP, partner: PyMISP, stranger: PyMISP) -> None:
    event = add(analyst, make("Of A", COMMUNITY, ("domain", SHARED)))
    for client in (partner, stranger):
        assert client.update_event(make("Of C", COMMUNITY), event.id)["errors"][0] == 403
        assert client.delete_event(event.id)["errors"][0] == 403
    assert infos(analyst) == {"Of A"}


def test_read_only_role_cannot_add_events(connect: Connect, server_seed: Seed) -> None:
    """With MISP's message."""
    answer = connect(server_seed.reader).add_event(make("Mine", 0))
    assert answer["errors"][0] == 403
    assert answer["errors"][1]["message"] == "You do not have permission to use this functionality."


def test_publishing_requires_permission(connect: Connect, server_seed: Seed) -> None:
    client = connect(server_seed.analyst)
    event = add(client, make("Draft", COMMUNITY, ("domain", SHARED)))
    assert client.publish(event)["errors"][0] == 403
    assert connect(server_seed.publisher).publish(event).get("errors") is None
