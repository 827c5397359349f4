"""Counts do not reveal hidden parts: each reader's numbers include only what they may read."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories.event_page import text_of, visitor
from tests.factories.seed import Seed


def add_event(seed: Seed, *parts: int, **fields: object) -> dict[str, str]:
    """A published event of organisation A, with one attribute for each distribution in `parts`."""
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


@pytest.mark.parametrize("endpoint", COUNTING)
def test_counts_include_only_readable_attributes(seed: Seed, endpoint: str) -> None:
    event = add_event(seed, 5, 5, 0, 0, 0)
    method, path, count = COUNTING[endpoint]
    for api_user, expected in ((seed.analyst, "5"), (seed.site_admin, "5"), (seed.stranger, "2")):
        found = answer(send(api_user.key, method, path.format(id=event["id"])))
        assert count(found) == expected


def test_sorting_by_attribute_count_ignores_hidden_attributes(seed: Seed) -> None:
    first = add_event(seed, 5, 5)
    second = add_event(seed, 5, 0, 0, 0)
    order = "/events/index/sort:attribute_count/direction:desc"
    seen = answer(send(seed.stranger.key, "GET", order))
    assert [row["id"] for row in seen] == [first["id"], second["id"]]
    own = answer(send(seed.analyst.key, "GET", order))
    assert [row["id"] for row in own] == [second["id"], first["id"]]


def test_event_with_only_hidden_parts_is_absent_from_the_minimal_index(seed: Seed) -> None:
    add_event(seed, 0, 0)
    assert answer(send(seed.stranger.key, "POST", "/events/index", {"minimal": 1})) == []
    assert len(answer(send(seed.analyst.key, "POST", "/events/index", {"minimal": 1}))) == 1


def test_target_of_a_relationship_is_counted_for_the_reader(seed: Seed) -> None:
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


def test_periodic_summary_counts_for_the_reader(seed: Seed) -> None:
    add_event(seed, 5, 0, 0)
    for api_user, expected in ((seed.analyst, "3"), (seed.stranger, "1")):
        found = answer(send(api_user.key, "GET", "/users/viewPeriodicSummary/daily"))
        assert str(expected) in {row["attribute_count"] for row in found["events"]}, found


@pytest.mark.usefixtures("password_is_enough")
def test_csv_downloads_on_pages_contain_no_formulas(seed: Seed) -> None:
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
