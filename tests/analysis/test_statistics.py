"""The instance's statistics count what their reader may see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed


def add_event(api_user: ApiUser, reach: int, values: list[tuple[str, str]], **fields: Any) -> None:
    attributes = [{"type": kind, "value": value, **fields} for kind, value in values]
    event = {
        "info": "x",
        "distribution": reach,
        "Attribute": attributes,
        "Tag": [{"name": "tlp:red"}, {"name": "own"}],
    }
    assert call(api_user.key, "POST", "/events/add", event)[0] == 200


@pytest.fixture
def setup(seed: Seed) -> Seed:
    for name in ("tlp:red", "own"):
        call(seed.site_admin.key, "POST", "/tags/add", {"name": name, "colour": "#ff0000"})
    add_event(seed.org_admin, 0, [("ip-dst", "198.51.100.7"), ("text", "secret")])
    add_event(seed.org_admin, 3, [("ip-dst", "198.51.100.7"), ("domain", "a.example"), ("text", "b")])
    add_event(seed.partner, 3, [("ip-src", "198.51.100.7")])
    return seed


def page(api_user: ApiUser, name: str) -> Any:
    status, body = call(api_user.key, "GET", f"/users/statistics/{name}")
    assert status == 200, body
    return body


def test_totals(setup: Seed) -> None:
    stats = page(setup.site_admin, "data")["stats"]
    assert list(stats) == [
        "event_count", "event_count_month", "attribute_count", "attribute_count_month", "attributes_per_event",
        "correlation_count", "proposal_count", "user_count", "user_count_pgp", "org_count", "local_org_count",
        "contributing_org_count", "average_user_per_org", "thread_count", "thread_count_month", "post_count",
        "post_count_month",
    ]  # fmt: skip
    assert (stats["event_count"], stats["attribute_count"], stats["attributes_per_event"]) == ("3", "6", "2")
    assert (stats["correlation_count"], stats["contributing_org_count"]) == ("3", "2")
    assert (stats["user_count"], stats["org_count"], stats["average_user_per_org"]) == ("9", "4", "2.2")
    seen = page(setup.stranger, "data")["stats"]
    assert (seen["event_count"], seen["attribute_count"], seen["correlation_count"]) == ("2", "4", "1")
    assert call(setup.stranger.key, "GET", "/users/statistics.json")[1]["stats"] == seen


def test_organisations(setup: Seed) -> None:
    found = page(setup.site_admin, "orgs")
    assert list(found) == ["Hub", "Organisation A", "Organisation B", "Organisation C"]
    mine = found["Organisation A"]
    assert (mine["userCount"], mine["eventCount"], mine["attributeCount"]) == ("5", "2", "5")
    assert list(mine["orgActivity"]["data"].values()) == ["5"]
    assert mine["orgActivity"]["csv"].startswith("Date,Close\\n")
    assert mine["orgActivity"]["csv"].endswith(",5")
    assert "eventCount" not in found["Organisation C"]
    assert page(setup.stranger, "orgs")["Organisation A"]["attributeCount"] == "3"
    assert page(setup.stranger, "orgs/scope:external") == {}


def test_users_tags_and_types(setup: Seed) -> None:
    assert page(setup.analyst, "users")["user"] == {"data": {"total": 9, "month": 9, "year": 9}}
    tags = page(setup.site_admin, "tags")
    assert tags["flatData"]["custom"]["own"] == {"name": "own", "size": "3"}
    assert [child["name"] for child in tags["treemap"]["children"]] == list(tags["flatData"])
    assert page(setup.stranger, "tags")["flatData"]["custom"]["own"]["size"] == "2"
    everything, first, second = page(setup.site_admin, "attributehistogram")
    assert everything == {
        "data": {"domain": "1", "ip-dst": "2", "ip-src": "1", "text": "2"},
        "org_name": "All organisations",
        "total": 6,
    }
    assert (first["org_name"], first["total"]) == ("Organisation A", 5)
    assert (second["org_name"], second["data"]) == ("Organisation B", {"ip-src": "1"})
    assert page(setup.stranger, "attributehistogram")[0]["total"] == 4
    assert call(setup.stranger.key, "GET", "/users/histogram")[1][0]["total"] == 4


def test_hidden_attributes_are_not_counted(setup: Seed) -> None:
    add_event(setup.org_admin, 3, [("text", "c")], distribution=0)
    assert page(setup.stranger, "data")["stats"]["attribute_count"] == "4"
    assert page(setup.analyst, "data")["stats"]["attribute_count"] == "7"
    assert page(setup.stranger, "orgs")["Organisation A"]["attributeCount"] == "3"


def test_visible_sightings_by_source(setup: Seed) -> None:
    assert page(setup.partner, "sightings") == {"toplist": [], "eventids": []}
    for body in ({"value": "secret"}, {"value": "b"}, {"value": "b", "source": "sensor", "type": "1"}):
        assert call(setup.org_admin.key, "POST", "/sightings/add", body)[0] == 200
    seen = page(setup.org_admin, "sightings")
    assert seen["toplist"] == {"Undefined": 2, "sensor": 1}
    assert len(seen["eventids"]["Undefined"]["sighting"]) == 2
    assert len(seen["eventids"]["sensor"]["false-positive"]) == 1
    hidden = str(min(map(int, seen["eventids"]["Undefined"]["sighting"])))
    assert hidden not in json.dumps(page(setup.stranger, "sightings")["eventids"]).split('"')


def test_open_proposals_are_counted_for_their_readers(setup: Seed) -> None:
    events = call(setup.stranger.key, "GET", "/events/index")[1]
    proposal = {"event_id": events[0]["id"], "type": "text", "category": "Other", "value": "better"}
    added = call(setup.stranger.key, "POST", f"/shadow_attributes/add/{events[0]['id']}", proposal)
    assert added[0] == 200, added
    assert page(setup.site_admin, "data")["stats"]["proposal_count"] == "1"
    assert page(setup.stranger, "data")["stats"]["proposal_count"] == "1"


def test_unknown_page_is_refused(seed: Seed) -> None:
    assert call(seed.analyst.key, "GET", "/users/statistics/nosuch")[0] == 404
