"""Merge rules of events/edit and attributes/edit, as a real MISP answered (recordings, behaviour 16)."""

from __future__ import annotations

import pytest

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw

EVENT = "cc4c803d-ada8-4e6b-b5eb-6954e03f103d"
FIRST = "9b642373-c754-4c4e-8d9b-b67a28c928fa"
SECOND = "3ee069e8-03fe-411d-ba85-21844cf0ac87"
THIRD = "d07096f4-48ea-4636-bea2-3bd885ffa235"
FOREIGN = "f4b0e24f-86df-49f8-addf-3b3d3265e581"
NOW = 1_700_000_000
NOT_NEWER = "Event could not be saved: Event in the request not newer than the local copy."
ATTRIBUTE_NOT_NEWER = "Attribute could not be saved: Attribute in the request not newer than the local copy."


@pytest.fixture
def raw(server: WebServer, server_seed: Seed) -> Raw:
    """A's administrator, with an event of three attributes and a tag."""
    raw = Raw(server.url, server_seed.org_admin.key)
    attributes = [
        {
            "uuid": uuid,
            "type": "ip-dst",
            "value": f"203.0.113.{number}",
            "comment": "old",
            "timestamp": str(NOW),
        }
        for number, uuid in enumerate((FIRST, SECOND, THIRD))
    ]
    event = {
        "uuid": EVENT,
        "info": "before",
        "distribution": 3,
        "threat_level_id": 1,
        "analysis": 2,
        "timestamp": str(NOW),
        "Tag": [{"name": "alpha"}],
        "Attribute": attributes,
    }
    status, body = raw.post("/events/add", event)
    assert status == 200, body
    return raw


def comments(raw: Raw) -> dict[str, str]:
    """Each attribute's comment by uuid."""
    return {attribute["uuid"]: attribute["comment"] for attribute in raw.event(EVENT)["Attribute"]}


def tags(raw: Raw) -> set[str]:
    """The event's tags."""
    return {tag["name"] for tag in raw.event(EVENT).get("Tag", [])}


@pytest.mark.parametrize("age", [-500, 0])
def test_event_edit_that_is_not_newer_is_refused(raw: Raw, age: int) -> None:
    """Older or equal: 403, and nothing changes."""
    status, body = raw.post(
        f"/events/edit/{EVENT}", {"Event": {"timestamp": str(NOW + age), "info": "after"}}
    )
    assert (status, body["errors"]) == (403, NOT_NEWER)
    assert body["saved"] is False
    assert raw.event(EVENT)["info"] == "before"


def test_newer_event_is_stored_with_its_timestamp(raw: Raw) -> None:
    """Members that are not sent keep their value."""
    status, _ = raw.post(f"/events/edit/{EVENT}", {"Event": {"timestamp": str(NOW + 100), "info": "after"}})
    event = raw.event(EVENT)
    assert (status, event["info"], event["timestamp"]) == (200, "after", str(NOW + 100))
    assert (event["threat_level_id"], event["analysis"], event["distribution"]) == ("1", "2", "3")


def test_edit_without_a_timestamp_counts_as_now(raw: Raw) -> None:
    """Unmentioned attributes are kept; a new one without uuid is added once."""
    for _ in range(2):
        status, _body = raw.post(
            f"/events/edit/{EVENT}",
            {"info": "after", "Attribute": [{"type": "ip-src", "value": "203.0.113.99"}]},
        )
        assert status == 200
    event = raw.event(EVENT)
    assert int(event["timestamp"]) > NOW
    assert len(event["Attribute"]) == 4
    assert event["attribute_count"] == "4"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"comment": "new"}, "new"),
        ({"comment": "new", "timestamp": str(NOW + 50)}, "new"),
        ({"comment": "new", "timestamp": str(NOW)}, "old"),
        ({"comment": "new", "timestamp": str(NOW - 50)}, "old"),
    ],
    ids=["no timestamp", "newer", "equal", "older"],
)
def test_each_attribute_is_merged_by_its_own_timestamp(raw: Raw, sent: dict[str, str], kept: str) -> None:
    """The event itself is updated either way; members that are not sent keep their value."""
    body = {"Event": {"info": "after", "Attribute": [{"uuid": SECOND, **sent}]}}
    assert raw.post(f"/events/edit/{EVENT}", body)[0] == 200
    assert raw.event(EVENT)["info"] == "after"
    assert comments(raw) == {FIRST: "old", SECOND: kept, THIRD: "old"}
    values = {attribute["uuid"]: attribute["value"] for attribute in raw.event(EVENT)["Attribute"]}
    assert values[SECOND] == "203.0.113.1"


def test_attribute_of_another_event_cannot_be_moved(raw: Raw) -> None:
    """The same uuid in another event is dropped, and stays unchanged there."""
    other = {
        "info": "other",
        "distribution": 0,
        "Attribute": [{"uuid": FOREIGN, "type": "text", "value": "there"}],
    }
    assert raw.post("/events/add", other)[0] == 200
    stolen = {"uuid": FOREIGN, "type": "text", "value": "here", "comment": "stolen"}
    assert raw.post(f"/events/edit/{EVENT}", {"Event": {"Attribute": [stolen]}})[0] == 200
    assert FOREIGN not in comments(raw)
    assert raw.get(f"/attributes/view/{FOREIGN}")[1]["Attribute"]["value"] == "there"


def test_invalid_value_does_not_replace_a_valid_one(raw: Raw) -> None:
    """The rest of the edit is stored."""
    bad = {"uuid": FIRST, "type": "ip-dst", "value": "no address"}
    good = {"uuid": SECOND, "comment": "new"}
    assert raw.post(f"/events/edit/{EVENT}", {"Event": {"Attribute": [bad, good]}})[0] == 200
    values = {attribute["uuid"]: attribute["value"] for attribute in raw.event(EVENT)["Attribute"]}
    assert values[FIRST] == "203.0.113.0"
    assert comments(raw)[SECOND] == "new"


def test_tags_are_added_and_only_removed_explicitly(raw: Raw) -> None:
    """A list adds; `deleted` detaches; an empty list does nothing."""
    steps = [
        ([{"name": "beta"}], {"alpha", "beta"}),
        ([], {"alpha", "beta"}),
        ([{"name": "alpha", "deleted": True}], {"beta"}),
    ]
    for sent, left in steps:
        assert raw.post(f"/events/edit/{EVENT}", {"Event": {"Tag": sent}})[0] == 200
        assert tags(raw) == left


@pytest.mark.parametrize("age", [-50, 0])
def test_attribute_edit_that_is_not_newer_is_refused(raw: Raw, age: int) -> None:
    """405, with MISP's message."""
    status, body = raw.post(f"/attributes/edit/{THIRD}", {"comment": "new", "timestamp": str(NOW + age)})
    assert (status, body["message"]) == (405, ATTRIBUTE_NOT_NEWER)
    assert comments(raw)[THIRD] == "old"


def test_edit_unpublishes(raw: Raw) -> None:
    """The published version is outdated; publishing again is a separate act."""
    assert raw.post(f"/events/publish/{EVENT}", {})[0] == 200
    assert raw.event(EVENT)["published"] is True
    assert raw.post(f"/attributes/edit/{THIRD}", {"comment": "new"})[0] == 200
    assert raw.event(EVENT)["published"] is False


def test_adding_an_existing_event_returns_its_location(raw: Raw) -> None:
    """404 with a Location header (recordings, behaviour 03)."""
    answer = raw.send("POST", "/events/add", {"uuid": EVENT, "info": "again", "distribution": 0})
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Event already exists")
    event = raw.event(EVENT)
    assert answer.headers["Location"].endswith(f"/events/{event['id']}")
    assert event["info"] == "before"
