"""Searches for very common values find the same as searches for rare ones for every reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.factories.event_page import make_setup
from tests.factories.seed import Seed
from vardkase.analysis.search import resolve, result_list, walking
from vardkase.analysis.search.event_list import EventFilters, count_events, event_page
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.result_list import results
from vardkase.analysis.search.value_search import AttributeFilters, find_attributes, understand
from vardkase.core.sql import cursor
from vardkase.formats.misp_json import listed_attributes
from vardkase.identity.access.actor import Actor

SEARCHES: tuple[tuple[Scope, dict[str, Any]], ...] = (
    (Scope.EVENTS, {"value": "%example%"}),
    (Scope.EVENTS, {"value": {"OR": ["%hidden%"]}}),
    (Scope.EVENTS, {"value": {"OR": ["%login%", "198.51.100.23"]}}),
    (Scope.EVENTS, {"value": {"OR": ["%example%"], "NOT": ["%login%"]}}),
    (Scope.EVENTS, {"type": "domain"}),
    (Scope.EVENTS, {"type": ["domain", "ip-dst"], "category": "Network activity"}),
    (Scope.EVENTS, {"category": "Payload delivery"}),
    (Scope.EVENTS, {"object_relation": ["domain", "url"]}),
    (Scope.EVENTS, {"searchall": "%secret%"}),
    (Scope.EVENTS, {"searchall": "%198.51%"}),
    (Scope.ATTRIBUTES, {"value": "%example%"}),
    (Scope.ATTRIBUTES, {"value": "%198.51.100.24"}),
    (Scope.ATTRIBUTES, {"value": {"OR": ["%a%"], "NOT": ["%login%"]}, "type": ["domain", "url"]}),
    (Scope.ATTRIBUTES, {"tags": ["kind:phishing", "tlp:red"]}),
    (Scope.ATTRIBUTES, {"tags": {"AND": ["kind:phishing", "tlp:amber"]}, "value": "%e%"}),
    (Scope.OBJECTS, {"value": "%login%"}),
)


def test_how_common_something_is_changes_no_result(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    make_setup(seed)
    readers = (seed.reader.actor, seed.stranger.actor, seed.site_admin.actor)
    few = [found(reader) for reader in readers]
    assert any(few[0])
    assert few[0] != few[1]
    monkeypatch.setattr(resolve, "COMMON", 1)
    assert [found(reader) for reader in readers] == few
    monkeypatch.setattr(result_list, "COUNTED", 0)
    assert [found(reader) for reader in readers] == few


def test_the_way_to_a_page_changes_no_page(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    make_setup(seed)
    monkeypatch.setattr(walking, "LEAST_CHANGES", 0)
    times = ({"timestamp": [0, 4_000_000_000]}, {"timestamp": 1, "published": True}, {"publish_timestamp": 1})
    searches = [*(filters for scope, filters in SEARCHES if scope is Scope.ATTRIBUTES), *times]
    for reader in (seed.reader.actor, seed.stranger.actor, seed.site_admin.actor):
        for filters in searches:
            every = listed(reader, filters)
            for near in (False, True):
                monkeypatch.setattr(listed_attributes, "is_near_the_start", lambda *_, near=near: near)
                pages = [listed(reader, {**filters, "limit": 2, "page": page}) for page in (1, 2, 3)]
                assert pages == [every[:2], every[2:4], every[4:6]], filters
        assert len(listed(reader, {"value": "%e%"})) >= 4


def test_only_what_is_common_is_looked_for_from_the_start(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_setup(seed)
    cursor().execute("ANALYZE attribute")
    monkeypatch.setattr(walking, "WALKED", 4)

    def is_near(**filters: Any) -> bool:
        return walking.is_near_the_start(seed.reader.actor, parse(Scope.ATTRIBUTES, {"limit": 1, **filters}))

    assert is_near(value="%e%")
    assert not is_near(value="%login%")
    assert not is_near(value="%e%", page=3)
    assert not is_near(value="%e%", order="Attribute.timestamp desc")
    assert not is_near(value="198.51.100.23")
    assert not is_near(value="%e%", eventid="1")
    assert not is_near(type="domain")
    days = parse(Scope.ATTRIBUTES, {"limit": 1, "timestamp": 1})
    assert not walking.goes_by_time(replace(days, limit=100))
    assert walking.goes_by_time(days)
    assert not walking.goes_by_time(replace(days, after_id=1))
    monkeypatch.setattr(walking, "MOST_CHANGES", 0)
    assert not walking.goes_by_time(days)


def listed(reader: Actor, filters: dict[str, Any]) -> list[int]:
    rows = listed_attributes.find_attributes(reader, parse(Scope.ATTRIBUTES, filters))
    return [int(row.id) for page in listed_attributes.attribute_pages(reader, rows) for row in page]


def found(reader: Actor) -> list[list[int]]:
    answers = []
    for scope, filters in SEARCHES:
        rows = results(reader, parse(scope, filters), "-changed", None, 50).page.rows
        assert len(set(rows)) == len(rows), filters
        answers.append(sorted(rows))
    for kind in ("domain", "url", "md5"):
        listed = EventFilters(type=kind)
        ids = sorted(row.id for row in event_page(reader, listed, None, 50).rows)
        assert count_events(reader, listed) == len(ids)
        answers.append(ids)
    for text in ("%example%", "%hidden%"):
        place = find_attributes(reader, understand(text), AttributeFilters(), None, 50)
        answers.append([row.id for row in place.rows])
    return answers
