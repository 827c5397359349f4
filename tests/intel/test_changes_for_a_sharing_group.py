"""Changes in parts that only a sharing group reads are invisible to the event's other readers, and visible to
the group and the owner.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_keys, make_roles, make_sharing_group, make_users
from tests.factories.hidden_parts import (
    ACTS,
    ENDPOINTS,
    LONG_AGO,
    Setup,
    an_object,
    difference,
    merge,
    relationship_to,
    seen,
    text,
)
from tests.factories.seed import SYNC_USER, ApiUser, Seed
from vardkase.intel.models import Event, EventGroupTimes, Object

GOES_OUT = {
    "publishes what has changed", "sends the event and publishes it", "sends the event", "sends an open object"
}  # fmt: skip
"""Acts after which nothing is left to publish; PyMISP sends an event with its `published` flag."""


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return Setup.of(seed, {"distribution": "4", "sharing_group_id": str(seed.group.pk)})


@pytest.fixture
def outside_sync(seed: Seed) -> ApiUser:
    """A sync user of organisation C."""
    users = make_users((seed.org_c, make_roles({"Machine": SYNC_USER})["Machine"], "sync@c.example"))
    return ApiUser(users[0], make_keys(users)[0])


def view(api_user: ApiUser, setup: Setup) -> dict[str, Any]:
    return answer(send(api_user.key, "GET", f"/events/view/{setup.event['uuid']}"))["Event"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("act", ACTS)
def test_change_for_a_group_changes_no_response_for_others(
    setup: Setup, outside_sync: ApiUser, act: str
) -> None:
    relationship = relationship_to(setup)
    keys = setup.seed.stranger.key, outside_sync.key
    before = seen(setup, relationship, *keys)
    ACTS[act](setup)
    after = seen(setup, relationship, *keys)
    assert {endpoint for endpoint in ENDPOINTS if before[endpoint] != after[endpoint]} == set(), difference(
        before, after
    )
    assert all(status == 200 for status, _ in before.values()), before


@pytest.mark.parametrize("act", [act for act in ACTS if act != "proposes to the hidden"])
def test_group_and_owner_see_the_change(setup: Setup, act: str) -> None:
    ACTS[act](setup)
    for api_user in (setup.seed.analyst, setup.seed.partner, setup.seed.site_admin):
        event = view(api_user, setup)
        assert int(event["timestamp"]) > LONG_AGO
        assert event["published"] is (act in GOES_OUT)
        assert (int(event["publish_timestamp"]) > LONG_AGO + 1) is (act in GOES_OUT)
        for found in ({"timestamp": "30d"}, {"eventid": setup.event["id"], "timestamp": ["30d", "1h"]}):
            listed = answer(send(api_user.key, "POST", "/events/restSearch", found))["response"]
            assert bool(listed) == (found["timestamp"] == "30d")
        for wanted in (0, 1):
            listed = answer(send(api_user.key, "POST", "/events/index", {"published": wanted}))
            assert bool(listed) == (bool(wanted) is (act in GOES_OUT))
        listed = answer(send(api_user.key, "POST", "/events/restSearch", {"last": "30d"}))["response"]
        assert bool(listed) == (act in GOES_OUT)


@pytest.mark.parametrize("act", ["edits in an open object", "sends an open object"])
def test_object_timestamp_moves_only_for_readers_of_the_change(setup: Setup, act: str) -> None:
    Object.objects.update(timestamp=LONG_AGO)
    ACTS[act](setup)
    path = f"/objects/view/{setup.open_object['uuid']}"
    for api_user, is_told in (
        (setup.seed.stranger, False),
        (setup.seed.partner, True),
        (setup.seed.analyst, True),
    ):
        found = answer(send(api_user.key, "GET", path))["Object"]
        assert (int(found["timestamp"]) > LONG_AGO) is is_told


def test_change_of_the_object_itself_is_visible_to_all(setup: Setup) -> None:
    Object.objects.update(timestamp=LONG_AGO)
    setup.edit_open_object(comment="for all")
    found = answer(send(setup.seed.stranger.key, "GET", f"/objects/view/{setup.open_object['uuid']}"))[
        "Object"
    ]
    assert int(found["timestamp"]) > LONG_AGO
    assert int(view(setup.seed.stranger, setup)["timestamp"]) > LONG_AGO


def test_republication_is_visible_only_to_the_group(setup: Setup) -> None:
    ACTS["edits"](setup)
    assert view(setup.seed.partner, setup)["published"] is False
    assert view(setup.seed.stranger, setup)["published"] is True
    setup.act(f"/events/publish/{setup.event['id']}")
    published = view(setup.seed.partner, setup)
    assert published["published"] is True
    assert int(published["publish_timestamp"]) > LONG_AGO + 1
    outside = view(setup.seed.stranger, setup)
    assert (outside["published"], outside["publish_timestamp"]) == (True, str(LONG_AGO + 1))


def test_public_change_publishes_everything_for_all(setup: Setup) -> None:
    ACTS["edits"](setup)
    setup.act(f"/attributes/add/{setup.event['id']}", text("for all"))
    assert view(setup.seed.stranger, setup)["published"] is False
    setup.act(f"/events/publish/{setup.event['id']}")
    for api_user in (setup.seed.stranger, setup.seed.partner, setup.seed.analyst):
        assert view(api_user, setup)["published"] is True
        assert int(view(api_user, setup)["publish_timestamp"]) > LONG_AGO + 1
    assert not EventGroupTimes.objects.filter(published=False).exists()


@pytest.mark.parametrize("wanted", ["5", "0"])
def test_change_of_distribution_is_visible_to_those_affected(setup: Setup, wanted: str) -> None:
    setup.act(f"/attributes/edit/{setup.hidden['uuid']}", {"distribution": wanted})
    assert int(view(setup.seed.partner, setup)["timestamp"]) > LONG_AGO
    assert (int(view(setup.seed.stranger, setup)["timestamp"]) > LONG_AGO) is (wanted == "5")


def test_part_in_an_object_of_another_group_needs_both_groups(setup: Setup) -> None:
    seed = setup.seed
    other = make_sharing_group(seed.org_a, [seed.org_a, seed.org_c], name="A and C")
    document = an_object({"distribution": "4", "sharing_group_id": str(other.pk)})
    document["Attribute"][0] |= {"value": "192.0.2.7", **setup.limit}
    setup.act(f"/objects/add/{setup.event['id']}", document)
    Event.objects.update(timestamp=LONG_AGO, private_timestamp=0)
    EventGroupTimes.objects.all().delete()
    inside = Event.objects.get(pk=setup.event["id"]).attributes.get(value1="192.0.2.7")
    setup.act(f"/attributes/edit/{inside.uuid}", {"comment": "more"})
    for api_user in (seed.stranger, seed.partner):
        assert view(api_user, setup)["timestamp"] == str(LONG_AGO)
    assert int(view(seed.analyst, setup)["timestamp"]) > LONG_AGO


def test_document_that_also_changes_the_event_is_visible_to_all(setup: Setup) -> None:
    merge(setup, info="renamed")
    assert int(view(setup.seed.stranger, setup)["timestamp"]) > LONG_AGO


def test_peer_in_the_group_sees_the_later_timestamp(setup: Setup, outside_sync: ApiUser) -> None:
    """MISP compares timestamps in the minimal index, and fetches what is later than its own copy."""
    ACTS["publishes what has changed"](setup)
    for api_user, is_told in ((setup.seed.partner_sync, True), (outside_sync, False)):
        [row] = answer(send(api_user.key, "POST", "/events/index", {"minimal": 1, "published": 1}))
        assert (int(row["timestamp"]) > LONG_AGO) is is_told


def test_deleted_event_leaves_no_group_times(setup: Setup) -> None:
    ACTS["edits"](setup)
    assert EventGroupTimes.objects.exists()
    status, _ = call(setup.seed.publisher.key, "DELETE", f"/events/delete/{setup.event['id']}")
    assert status == 200
    assert not EventGroupTimes.objects.exists()
