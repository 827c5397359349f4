"""Attributes, objects and events in searches and indexes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.factories import make_event
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, document, make_setup
from tests.formats import recorded
from vardkase.analysis.search.filters import Scope as SearchScope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery
from vardkase.formats.misp_json import (
    AttributeOptions,
    ObjectOptions,
    attribute_dict,
    attributes_document,
    chosen_ids,
    event_index,
    find_attributes,
    listed_attributes,
    object_dict,
    objects_document,
)
from vardkase.formats.misp_json.listed_attributes import FoundAttributes

ALL_ATTRIBUTES = SqlQuery("SELECT id FROM attribute ORDER BY id DESC", {})
ALL_OBJECTS = SqlQuery("SELECT id FROM object ORDER BY id", {})


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def attributes(seed: Seed, api_user: str, **options: Any) -> list[dict[str, Any]]:
    actor = getattr(seed, api_user).actor
    found: list[dict[str, Any]] = document(
        attributes_document(actor, ALL_ATTRIBUTES, AttributeOptions(**options))
    )["response"]["Attribute"]
    return found


def test_attributes_have_misps_envelope(seed: Seed) -> None:
    content = b"".join(attributes_document(seed.analyst.actor, ALL_ATTRIBUTES))
    assert content == b'{"response": {"Attribute": []}}\n'


def test_members_of_listed_attribute(seed: Seed, setup: Setup) -> None:
    by_value = {each["value"]: each for each in attributes(seed, "analyst")}
    assert list(by_value["only A"]) == [*recorded.LISTED_ATTRIBUTE, "Event"]
    assert list(by_value["only A"]["Event"]) == recorded.LISTED_EVENT
    assert list(by_value["a.exe"])[-2:] == ["Event", "Object"]
    assert list(by_value["evil.example|192.0.2.1"])[-1] == "Tag"
    assert list(by_value["evil.example|192.0.2.1"]["Tag"][0]) == [
        "id", "name", "colour", "numerical_value", "is_galaxy", "local",
    ]  # fmt: skip


def test_requested_order_is_kept_without_hidden_attributes(seed: Seed, setup: Setup) -> None:
    ids = [int(each["id"]) for each in attributes(seed, "analyst")]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
    assert [each["value"] for each in attributes(seed, "partner")] == [
        "a.exe",
        "A and B",
        "evil.example|192.0.2.1",
    ]


@pytest.mark.parametrize("api_user", ["analyst", "partner", "site_admin"])
@pytest.mark.parametrize(
    "given",
    [
        {"limit": 100},
        {"limit": 2, "page": 2, "order": "timestamp desc"},
        {"value": ["evil.example", "192.0.2.1", "only A"]},
        {"value": ["%e%", "only A"]},
        {"value": "evil.example|192.0.2.1"},
    ],
)
def test_search_statement_equals_reading_by_id(
    seed: Seed, setup: Setup, api_user: str, given: dict[str, Any]
) -> None:
    actor = getattr(seed, api_user).actor
    search = parse(SearchScope.ATTRIBUTES, given)
    found, ids = find_attributes(actor, search), chosen_ids(query(actor, search))
    assert isinstance(found, FoundAttributes)
    assert len(found) == len(ids)
    assert b"".join(attributes_document(actor, found)) == b"".join(attributes_document(actor, ids))


def test_result_over_limit_is_read_by_id(seed: Seed, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed_attributes, "MOST_ROWS", 1)
    found = find_attributes(seed.analyst.actor, parse(SearchScope.ATTRIBUTES, {"value": "%e%"}))
    assert not isinstance(found, FoundAttributes)
    assert len(found) > 1


def test_flags_of_listed_attribute(seed: Seed, setup: Setup) -> None:
    flags = ("event_uuid", "event_tags", "context", "proposals", "sightings", "correlations")
    everything = attributes(seed, "analyst", **{f"include_{flag}": True for flag in flags})
    plain = next(each for each in everything if each["value"] == "only A")
    assert plain["event_uuid"] == str(setup.event.uuid)
    assert list(plain["Event"]) == recorded.CONTEXT_EVENT
    assert plain["ShadowAttribute"] == plain["Sighting"] == plain["RelatedAttribute"] == []
    assert [(tag["name"], tag["inherited"]) for tag in plain["Tag"]] == [
        ("tlp:amber", 1),
        ('misp-galaxy:country="sweden"', 1),
        ("workflow:todo", 1),
    ]


def test_single_attribute(seed: Seed, setup: Setup) -> None:
    row = attribute_dict(seed.analyst.actor, setup.open.pk)
    assert list(row) == [*recorded.LISTED_ATTRIBUTE, "event_uuid", "Tag"]
    with pytest.raises(NotFound):
        attribute_dict(seed.partner.actor, setup.own.pk)
    with pytest.raises(NotFound):
        attribute_dict(seed.analyst.actor, setup.deleted.pk)


def test_objects_with_attributes(seed: Seed, setup: Setup) -> None:
    content = b"".join(objects_document(seed.analyst.actor, ALL_OBJECTS))
    assert content.startswith(b'{"response": [{"Object":{')
    objects = [each["Object"] for each in json.loads(content)["response"]]
    assert [each["id"] for each in objects] == [str(setup.file.pk), str(setup.own_object.pk)]
    assert list(objects[0]) == recorded.LISTED_OBJECT
    assert list(objects[0]["Attribute"][0]) == recorded.LISTED_OBJECT_ATTRIBUTE
    assert len(document(objects_document(seed.partner.actor, ALL_OBJECTS))["response"]) == 1
    assert document(objects_document(seed.stranger.actor, [])) == {"response": []}


def test_objects_without_attributes(seed: Seed, setup: Setup) -> None:
    found = document(objects_document(seed.analyst.actor, ALL_OBJECTS, ObjectOptions(metadata=True)))
    assert "Attribute" not in found["response"][0]["Object"]


def test_single_object(seed: Seed, setup: Setup) -> None:
    row = object_dict(seed.analyst.actor, setup.file.pk)
    assert list(row)[-2:] == ["Event", "Attribute"]
    assert [each["value"] for each in row["Attribute"]] == ["a.exe"]
    with pytest.raises(NotFound):
        object_dict(seed.partner.actor, setup.own_object.pk)


def test_deleted_object_has_no_attributes(seed: Seed, setup: Setup) -> None:
    setup.file.deleted = True
    setup.file.save()
    row = object_dict(seed.analyst.actor, setup.file.pk)
    assert row["deleted"] is True
    assert "Attribute" not in row


def test_index_rows(seed: Seed, setup: Setup) -> None:
    grouped = make_event(seed.org_a, distribution=4, sharing_group=seed.group)
    grouped.save()
    rows = document(event_index(seed.analyst.actor, [grouped.pk, setup.event.pk]))
    assert [row["id"] for row in rows] == [str(grouped.pk), str(setup.event.pk)]
    assert rows[0]["SharingGroup"]["name"] == "A and B"
    assert list(rows[1]) == recorded.INDEX_ROW
    assert [each["Tag"]["name"] for each in rows[1]["EventTag"]] == [
        "tlp:amber",
        'misp-galaxy:country="sweden"',
        "workflow:todo",
    ]
    assert [
        row["id"] for row in document(event_index(seed.stranger.actor, [grouped.pk, setup.event.pk]))
    ] == [str(setup.event.pk)]


def test_minimal_index_rows(seed: Seed, setup: Setup) -> None:
    rows = document(event_index(seed.analyst.actor, [setup.event.pk], minimal=True))
    assert list(rows[0]) == recorded.MINIMAL_ROW


def test_selected_ids_are_counted_before_rendering(seed: Seed, setup: Setup) -> None:
    assert len(chosen_ids(ALL_ATTRIBUTES)) == 6
