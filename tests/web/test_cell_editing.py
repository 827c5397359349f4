"""Cells of the table of attributes that are edited in their place."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.models import Attribute

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def web(seed: Seed) -> Client:
    return visitor(seed.analyst)


def address(setup: Setup, attribute: Attribute, field: str) -> str:
    query = "columns=detection,category,reach,comment,seen&number=7"
    return f"/event/{setup.event.pk}/attribute/{attribute.pk}/cell/{field}/?{query}"


def save(web: Client, path: str, **sent: str) -> Any:
    mark = text_of(web.get(path)).partition('name="mark" value="')[2].partition('"')[0]
    return web.post(path, {"mark": mark, **sent})


@pytest.mark.parametrize(
    ("value", "field", "sent", "stored"),
    [
        ("198.51.100.23", "type", {"type": "ip-src"}, {"type": "ip-src", "category": "Network activity"}),
        (
            "198.51.100.23",
            "type",
            {"type": "threat-actor"},
            {"type": "threat-actor", "category": "Attribution"},
        ),
        ("198.51.100.23", "value", {"value": "203.0.113.9"}, {"value1": "203.0.113.9"}),
        ("198.51.100.23", "category", {"category": "External analysis"}, {"category": "External analysis"}),
        ("198.51.100.23", "detection", {"to_ids": "0"}, {"to_ids": False}),
        ("198.51.100.23", "comment", {"comment": "<b>Seen</b>"}, {"comment": "<b>Seen</b>"}),
        ("198.51.100.23", "reach", {"reach": "0"}, {"distribution": 0}),
        (
            "login.example",
            "seen",
            {"first_seen": "2026-11-01T10:00:00"},
            {"first_seen": 1_793_523_600_000_000},
        ),
    ],
)
def test_cell_changes_its_field_alone_and_is_undone(
    web: Client, setup: Setup, value: str, field: str, sent: dict[str, str], stored: dict[str, Any]
) -> None:
    attribute = setup.attribute(value)
    before = Attribute.objects.filter(pk=attribute.pk).values().get()
    answer = save(web, address(setup, attribute, field), **sent)
    row = text_of(answer)
    assert f'id="attribute-{attribute.pk}"' in row
    assert 'aria-rowindex="7"' in row
    assert "<b>Seen" not in row
    after = Attribute.objects.filter(pk=attribute.pk).values().get()
    assert after == before | stored | {"timestamp": after["timestamp"]}
    point = row.partition('name="point" value="')[2].partition('"')[0]
    web.post(f"/event/{setup.event.pk}/attributes/undo/", {"point": point})
    undone = Attribute.objects.filter(pk=attribute.pk).values().get()
    assert undone | {"timestamp": 0} == before | {"timestamp": 0}


def test_refusal_is_shown_in_the_cell_with_what_was_written(web: Client, setup: Setup) -> None:
    attribute = setup.attribute("198.51.100.23")
    refused = save(web, address(setup, attribute, "value"), value="no address <i>")
    assert refused.status_code == 422
    assert "no address &lt;i&gt;" in refused.text
    assert 'role="alert"' in refused.text
    doubled = save(web, address(setup, setup.attribute("198.51.100.0/24"), "type"), type="nonsense")
    assert doubled.status_code == 422
    assert setup.attribute("198.51.100.23").to_ids


def test_what_someone_else_changed_meanwhile_is_shown_and_not_lost(
    seed: Seed, web: Client, setup: Setup
) -> None:
    attribute = setup.attribute("198.51.100.23")
    path = address(setup, attribute, "comment")
    mark = text_of(web.get(path)).partition('name="mark" value="')[2].partition('"')[0]
    edit_attribute(seed.org_admin.actor, attribute.pk, {"comment": "Theirs", "to_ids": False})
    conflict = web.post(path, {"mark": mark, "comment": "Mine"})
    assert conflict.status_code == 409
    assert "Theirs" in conflict.text
    assert "Mine" in conflict.text
    assert setup.attribute("198.51.100.23").comment == "Theirs"
    mark = conflict.text.partition('name="mark" value="')[2].partition('"')[0]
    assert web.post(path, {"mark": mark, "comment": "Mine"}).status_code == 200
    stored = setup.attribute("198.51.100.23")
    assert (stored.comment, stored.to_ids) == ("Mine", False)


def test_cells_of_others_cannot_be_edited(seed: Seed, setup: Setup) -> None:
    shown, hidden = setup.attribute("198.51.100.23"), setup.attribute(HIDDEN)
    before = list(Attribute.objects.order_by("pk").values())
    for person, attribute, status in (
        (seed.partner, shown, 403),
        (seed.partner, hidden, 403),
        (seed.reader, shown, 403),
    ):
        web = visitor(person)
        path = address(setup, attribute, "comment")
        assert web.get(path).status_code == status
        assert web.post(path, {"comment": "Mine", "mark": ""}).status_code == status
    draft = Attribute.objects.filter(event=setup.draft).first()
    assert draft is not None
    analyst = visitor(seed.analyst)
    assert analyst.get(address(setup, draft, "comment")).status_code == 404
    assert analyst.get(address(setup, shown, "nonsense")).status_code == 404
    assert list(Attribute.objects.order_by("pk").values()) == before
    assert "data-cells" not in text_of(visitor(seed.partner).get(f"/event/{setup.event.pk}/"))
