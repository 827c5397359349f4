"""What happens in parts that only a sharing group reads moves nothing for the event's other readers, and all for those
in the group and for the owner."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.cast import SYNC_USER, Cast, Player
from tests.factories import make_keys, make_roles, make_sharing_group, make_users
from tests.intel.hidden_scene import (
    ACTS,
    DOORS,
    LONG_AGO,
    Scene,
    an_object,
    difference,
    merge,
    relationship_to,
    seen,
    text,
)
from vardkase.intel.models import Event, EventGroupTimes, Object

GOES_OUT = {
    "publishes what has changed", "sends the event and publishes it", "sends the event", "sends an open object"
}  # fmt: skip
"""Acts after which nothing waits to be published; PyMISP sends an event with what it had said of that."""


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene.of(cast, {"distribution": "4", "sharing_group_id": str(cast.group.pk)})


@pytest.fixture
def outside_sync(cast: Cast) -> Player:
    """A machine of organisation C."""
    users = make_users((cast.org_c, make_roles({"Machine": SYNC_USER})["Machine"], "sync@c.example"))
    return Player(users[0], make_keys(users)[0])


def view(player: Player, scene: Scene) -> dict[str, Any]:
    return answer(send(player.key, "GET", f"/events/view/{scene.event['uuid']}"))["Event"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("act", ACTS)
def test_a_change_for_a_group_changes_no_answer_for_others(
    scene: Scene, outside_sync: Player, act: str
) -> None:
    relationship = relationship_to(scene)
    keys = scene.cast.stranger.key, outside_sync.key
    before = seen(scene, relationship, *keys)
    ACTS[act](scene)
    after = seen(scene, relationship, *keys)
    assert {door for door in DOORS if before[door] != after[door]} == set(), difference(before, after)
    assert all(status == 200 for status, _ in before.values()), before


@pytest.mark.parametrize("act", [act for act in ACTS if act != "proposes to the hidden"])
def test_the_group_and_the_owner_are_told(scene: Scene, act: str) -> None:
    ACTS[act](scene)
    for player in (scene.cast.analyst, scene.cast.partner, scene.cast.site_admin):
        event = view(player, scene)
        assert int(event["timestamp"]) > LONG_AGO
        assert event["published"] is (act in GOES_OUT)
        assert (int(event["publish_timestamp"]) > LONG_AGO + 1) is (act in GOES_OUT)
        for found in ({"timestamp": "30d"}, {"eventid": scene.event["id"], "timestamp": ["30d", "1h"]}):
            listed = answer(send(player.key, "POST", "/events/restSearch", found))["response"]
            assert bool(listed) == (found["timestamp"] == "30d")
        for wanted in (0, 1):
            listed = answer(send(player.key, "POST", "/events/index", {"published": wanted}))
            assert bool(listed) == (bool(wanted) is (act in GOES_OUT))
        listed = answer(send(player.key, "POST", "/events/restSearch", {"last": "30d"}))["response"]
        assert bool(listed) == (act in GOES_OUT)


@pytest.mark.parametrize("act", ["edits in an open object", "sends an open object"])
def test_an_object_is_later_for_those_who_read_what_changed_in_it(scene: Scene, act: str) -> None:
    Object.objects.update(timestamp=LONG_AGO)
    ACTS[act](scene)
    path = f"/objects/view/{scene.open_object['uuid']}"
    for player, is_told in (
        (scene.cast.stranger, False),
        (scene.cast.partner, True),
        (scene.cast.analyst, True),
    ):
        found = answer(send(player.key, "GET", path))["Object"]
        assert (int(found["timestamp"]) > LONG_AGO) is is_told


def test_a_change_of_the_object_itself_is_told_of(scene: Scene) -> None:
    Object.objects.update(timestamp=LONG_AGO)
    scene.edit_open_object(comment="for all")
    found = answer(send(scene.cast.stranger.key, "GET", f"/objects/view/{scene.open_object['uuid']}"))[
        "Object"
    ]
    assert int(found["timestamp"]) > LONG_AGO
    assert int(view(scene.cast.stranger, scene)["timestamp"]) > LONG_AGO


def test_publishing_again_is_for_the_group_alone(scene: Scene) -> None:
    ACTS["edits"](scene)
    assert view(scene.cast.partner, scene)["published"] is False
    assert view(scene.cast.stranger, scene)["published"] is True
    scene.act(f"/events/publish/{scene.event['id']}")
    published = view(scene.cast.partner, scene)
    assert published["published"] is True
    assert int(published["publish_timestamp"]) > LONG_AGO + 1
    outside = view(scene.cast.stranger, scene)
    assert (outside["published"], outside["publish_timestamp"]) == (True, str(LONG_AGO + 1))


def test_what_everybody_reads_goes_out_to_all_with_the_rest(scene: Scene) -> None:
    ACTS["edits"](scene)
    scene.act(f"/attributes/add/{scene.event['id']}", text("for all"))
    assert view(scene.cast.stranger, scene)["published"] is False
    scene.act(f"/events/publish/{scene.event['id']}")
    for player in (scene.cast.stranger, scene.cast.partner, scene.cast.analyst):
        assert view(player, scene)["published"] is True
        assert int(view(player, scene)["publish_timestamp"]) > LONG_AGO + 1
    assert not EventGroupTimes.objects.filter(published=False).exists()


@pytest.mark.parametrize("wanted", ["5", "0"])
def test_who_loses_or_gets_a_part_is_told(scene: Scene, wanted: str) -> None:
    scene.act(f"/attributes/edit/{scene.hidden['uuid']}", {"distribution": wanted})
    assert int(view(scene.cast.partner, scene)["timestamp"]) > LONG_AGO
    assert (int(view(scene.cast.stranger, scene)["timestamp"]) > LONG_AGO) is (wanted == "5")


def test_a_part_in_an_object_of_another_group_is_for_those_in_both(scene: Scene) -> None:
    cast = scene.cast
    other = make_sharing_group(cast.org_a, [cast.org_a, cast.org_c], name="A and C")
    document = an_object({"distribution": "4", "sharing_group_id": str(other.pk)})
    document["Attribute"][0] |= {"value": "192.0.2.7", **scene.limit}
    scene.act(f"/objects/add/{scene.event['id']}", document)
    Event.objects.update(timestamp=LONG_AGO, private_timestamp=0)
    EventGroupTimes.objects.all().delete()
    inside = Event.objects.get(pk=scene.event["id"]).attributes.get(value1="192.0.2.7")
    scene.act(f"/attributes/edit/{inside.uuid}", {"comment": "more"})
    for player in (cast.stranger, cast.partner):
        assert view(player, scene)["timestamp"] == str(LONG_AGO)
    assert int(view(cast.analyst, scene)["timestamp"]) > LONG_AGO


def test_a_document_that_changes_the_event_as_well_is_told_of(scene: Scene) -> None:
    merge(scene, info="renamed")
    assert int(view(scene.cast.stranger, scene)["timestamp"]) > LONG_AGO


def test_a_peer_in_the_group_is_offered_the_later_version(scene: Scene, outside_sync: Player) -> None:
    """MISP compares timestamps in the minimal index, and fetches what is later than its own."""
    ACTS["publishes what has changed"](scene)
    for player, is_told in ((scene.cast.partner_sync, True), (outside_sync, False)):
        [row] = answer(send(player.key, "POST", "/events/index", {"minimal": 1, "published": 1}))
        assert (int(row["timestamp"]) > LONG_AGO) is is_told


def test_an_event_that_is_deleted_leaves_no_times(scene: Scene) -> None:
    ACTS["edits"](scene)
    assert EventGroupTimes.objects.exists()
    status, _ = call(scene.cast.publisher.key, "DELETE", f"/events/delete/{scene.event['id']}")
    assert status == 200
    assert not EventGroupTimes.objects.exists()
