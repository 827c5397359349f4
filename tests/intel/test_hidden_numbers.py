"""What hidden parts of an event would tell by numbers: each reader counts only what it may read."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories.event_page import text_of, visitor
from tests.factories.seed import Seed


def add_event(seed: Seed, *parts: int, **fields: object) -> dict[str, str]:
    """A published event of organisation A, with an attribute of each of the distributions `parts`."""
    attributes = [
        {
            "type": "domain",
            "category": "Network activity",
            "value": f"{uuid4()}.example",
            "distribution": part,
        }
        for part in parts
    ]
    event = {"info": "partly hidden", "distribution": "1", "Attribute": attributes, "published": True}
    status, made = call(seed.publisher.key, "POST", "/events/add", {"Event": event | fields})
    assert status == 200, made
    return made["Event"]  # type: ignore[no-any-return]


COUNTING = {
    "view": ("GET", "/events/view/{id}", lambda found: found["Event"]["attribute_count"]),
    "index": ("GET", "/events/index", lambda found: found[0]["attribute_count"]),
    "filtered": ("POST", "/events/index", lambda found: found[0]["attribute_count"]),
    "search": ("POST", "/events/restSearch", lambda found: found["response"][0]["Event"]["attribute_count"]),
}


@pytest.mark.parametrize("door", COUNTING)
def test_a_count_holds_only_what_the_reader_may_read(seed: Seed, door: str) -> None:
    event = add_event(seed, 5, 5, 0, 0, 0)
    method, path, count = COUNTING[door]
    for api_user, expected in ((seed.analyst, "5"), (seed.site_admin, "5"), (seed.stranger, "2")):
        found = answer(send(api_user.key, method, path.format(id=event["id"])))
        assert count(found) == expected


def test_an_event_in_an_order_by_its_attributes_does_not_tell_of_hidden_ones(seed: Seed) -> None:
    first = add_event(seed, 5, 5)
    second = add_event(seed, 5, 0, 0, 0)
    order = "/events/index/sort:attribute_count/direction:desc"
    seen = answer(send(seed.stranger.key, "GET", order))
    assert [row["id"] for row in seen] == [first["id"], second["id"]]
    own = answer(send(seed.analyst.key, "GET", order))
    assert [row["id"] for row in own] == [second["id"], first["id"]]


def test_an_event_whose_parts_are_all_hidden_is_as_an_empty_one_in_the_minimal_list(seed: Seed) -> None:
    add_event(seed, 0, 0)
    assert answer(send(seed.stranger.key, "POST", "/events/index", {"minimal": 1})) == []
    assert len(answer(send(seed.analyst.key, "POST", "/events/index", {"minimal": 1}))) == 1


def test_what_a_relationship_leads_to_is_counted_for_its_reader(seed: Seed) -> None:
    event = add_event(seed, 5, 0, 0)
    other = add_event(seed, 5)
    said = {
        "object_uuid": other["uuid"], "object_type": "Event", "relationship_type": "related-to",
        "related_object_uuid": event["uuid"], "related_object_type": "Event", "distribution": 1,
    }  # fmt: skip
    status, made = call(seed.analyst.key, "POST", "/analystData/add/Relationship", said)
    assert status == 200, made
    path = f"/analystData/view/Relationship/{made['Relationship']['uuid']}"
    for api_user, expected in ((seed.analyst, "3"), (seed.stranger, "1")):
        found = answer(send(api_user.key, "GET", path))
        assert found["Relationship"]["related_object"]["Event"]["attribute_count"] == expected


def test_a_summary_counts_for_its_reader(seed: Seed) -> None:
    add_event(seed, 5, 0, 0)
    for api_user, expected in ((seed.analyst, "3"), (seed.stranger, "1")):
        found = answer(send(api_user.key, "GET", "/users/viewPeriodicSummary/daily"))
        assert str(expected) in {row["attribute_count"] for row in found["events"]}, found


@pytest.mark.usefixtures("password_is_enough")
def test_buttons_for_people_write_no_formula(seed: Seed) -> None:
    formula = "=cmd|' /C calc'!A0"
    attribute = {
        "type": "text",
        "category": "Other",
        "value": formula,
        "comment": "@SUM(1)",
        "distribution": "5",
    }
    event = add_event(seed, info="+SUM(2)", Attribute=[attribute])
    of_event = text_of(visitor(seed.stranger).get(f"/event/{event['id']}/download/csv/"))
    of_list = text_of(visitor(seed.stranger).get("/events/export/csv/"))
    for table in (of_event, of_list):
        cells = [cell.strip('"') for line in table.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert formula in of_event
    as_sent = send(seed.stranger.key, "POST", "/attributes/restSearch", {"returnFormat": "csv"})
    assert f'"{formula}"' in text_of(as_sent)
