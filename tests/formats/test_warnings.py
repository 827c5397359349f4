"""Warninglists in documents: hits are shown, or their attributes left out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_attribute, make_event, make_object
from tests.factories.seed import Seed
from tests.factories.whole_event import document
from vardkase.core.settings.models import SettingValue
from vardkase.core.sql import SqlQuery
from vardkase.formats.misp_json import (
    AttributeOptions,
    EventOptions,
    attributes_document,
    event_document,
    events_document,
)
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry

ALL = SqlQuery("SELECT id FROM attribute ORDER BY id", {})


@pytest.fixture
def event(seed: Seed) -> Event:
    listed = Warninglist.objects.create(name="Known names", type="string", enabled=True)
    WarninglistEntry.objects.create(warninglist=listed, value="known.example")
    event = make_event(seed.org_a)
    event.save()
    holder = make_object(event)
    holder.save()
    for value in ("bad.example", "known.example"):
        make_attribute(event, type="domain", value1=value, to_ids=True).save()
    inside = make_attribute(event, type="domain", value1="known.example", to_ids=True)
    inside.object, inside.object_relation = holder, "x"
    inside.save()
    return event


def values(attributes: list[dict[str, Any]]) -> list[str]:
    return [attribute["value"] for attribute in attributes]


def test_hits_are_included_on_request(seed: Seed, event: Event) -> None:
    for include in (True, False):
        options = EventOptions(include_warninglist_hits=include)
        shown = document(event_document(seed.analyst.actor, event.pk, options))["Event"]
        assert "warnings" not in shown["Attribute"][0]
        assert ("warnings" in shown["Attribute"][1]) is include
        assert ("warnings" in shown["Object"][0]["Attribute"][0]) is include
    options = AttributeOptions(include_warninglist_hits=True)
    listed = document(attributes_document(seed.analyst.actor, ALL, options))["response"]["Attribute"]
    [warning] = listed[1]["warnings"]
    assert (warning["value"], warning["warninglist_name"]) == ("known.example", "Known names")


def test_hits_cover_only_detection_unless_configured(seed: Seed, event: Event) -> None:
    Attribute.objects.update(to_ids=False)
    shown = AttributeOptions(include_warninglist_hits=True)

    def warned() -> list[bool]:
        page = document(attributes_document(seed.analyst.actor, ALL, shown))["response"]["Attribute"]
        return ["warnings" in attribute for attribute in page]

    assert warned() == [False, False, False]
    SettingValue.objects.create(name="MISP.warning_for_all", value=True)
    assert warned() == [False, True, True]


def test_enforced_warninglists_exclude_attributes(seed: Seed, event: Event) -> None:
    options = EventOptions(enforce_warninglist=True)
    alone = document(event_document(seed.analyst.actor, event.pk, options))
    assert values(alone["Event"]["Attribute"]) == ["bad.example"]
    assert alone["Event"]["Object"] == []
    together = document(events_document(seed.analyst.actor, [event.pk, event.pk], options))["response"]
    assert together == [alone, alone]
    listed = document(
        attributes_document(seed.analyst.actor, ALL, AttributeOptions(enforce_warninglist=True))
    )
    assert values(listed["response"]["Attribute"]) == ["bad.example"]


def test_disabled_list_has_no_effect(seed: Seed, event: Event) -> None:
    Warninglist.objects.update(enabled=False)
    options = EventOptions(enforce_warninglist=True, include_warninglist_hits=True)
    shown = document(event_document(seed.analyst.actor, event.pk, options))["Event"]
    assert values(shown["Attribute"]) == ["bad.example", "known.example"]
    assert all("warnings" not in attribute for attribute in shown["Attribute"])
