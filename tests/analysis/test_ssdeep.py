"""Similar fuzzy hashes correlate, for readers who may see them and up to the configured threshold."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from tests.misp.test_ssdeep import DOUBLED, NEAR, ONE, OTHER
from vardkase.analysis.correlation import queries, ssdeep
from vardkase.analysis.correlation.models import AttributeSsdeep
from vardkase.analysis.correlation.shared_values import SharedValue, shared_values
from vardkase.analysis.correlation.ssdeep import similar_to_event
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, delete_event, restore_attribute
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event
from vardkase.misp.ssdeep import similarity


def event(api_user: ApiUser, *hashes: str, **fields: Any) -> int:
    parts = [
        {"type": "filename|ssdeep" if "|" in each else "ssdeep", "value": each, **fields} for each in hashes
    ]
    return add_event(api_user.actor, {"info": "sample", "distribution": 1, "Attribute": parts}).event_id


def related(api_user: ApiUser, number: int) -> set[int]:
    """The related events, on which all queries must agree."""
    found = {each.event_id for each in queries.related_events(api_user.actor, number)}
    pairs = queries.correlations_of_event(api_user.actor, number).pairs
    assert {pair.related_event_id for pair in pairs} == found
    return found


def test_similar_hashes_correlate(seed: Seed) -> None:
    one, near = event(seed.analyst, ONE), event(seed.analyst, f"a.exe|{NEAR}")
    doubled, same = event(seed.analyst, DOUBLED), event(seed.analyst, ONE)
    event(seed.analyst, OTHER)
    assert related(seed.analyst, one) == {near, doubled, same}
    assert related(seed.analyst, near) == {one, doubled, same}
    assert [each.shared for each in queries.related_events(seed.analyst.actor, one)] == [1, 1, 1]
    body = {"value": ONE, "includeCorrelations": True, "returnFormat": "json"}
    _, found = call(seed.analyst.key, "POST", "/attributes/restSearch", body)
    shown = {other["value"] for each in found["response"]["Attribute"] for other in each["RelatedAttribute"]}
    assert shown == {ONE, f"a.exe|{NEAR}", DOUBLED}
    values = shared_values(seed.analyst.actor, one, [near, same])
    assert values[near] == values[same] == [SharedValue(ONE, "ssdeep")]


def test_threshold_setting(seed: Seed) -> None:
    one, near, doubled = (event(seed.analyst, each) for each in (ONE, NEAR, DOUBLED))
    assert 40 <= similarity(ONE, DOUBLED) < similarity(ONE, NEAR) < 100
    configure("MISP.ssdeep_correlation_threshold", similarity(ONE, NEAR))
    assert related(seed.analyst, one) == {near}
    configure("MISP.ssdeep_correlation_threshold", 100)
    assert related(seed.analyst, one) == related(seed.analyst, doubled) == set()
    path = "/servers/serverSettingsEdit/MISP.ssdeep_correlation_threshold"
    assert call(seed.site_admin.key, "POST", path, {"value": 0})[0] == 403


def test_hidden_events_are_not_related(seed: Seed) -> None:
    shown, theirs = event(seed.analyst, ONE), event(seed.stranger, NEAR)
    hidden = event(seed.analyst, f"{NEAR[:-1]}Z", distribution=0)
    assert related(seed.stranger, theirs) == {shown}
    assert related(seed.stranger, hidden) == set()
    assert related(seed.analyst, theirs) == related(seed.site_admin, theirs) == {shown, hidden}


def test_rules_and_exclusions_apply_to_hashes(seed: Seed) -> None:
    one, near, theirs = event(seed.analyst, ONE), event(seed.analyst, NEAR), event(seed.partner, NEAR)
    rule = {"name": "x", "selector_type": "orgc_id", "selector_list": [seed.org_a.pk]}
    call(seed.site_admin.key, "POST", "/correlation_rules/add", rule)
    assert related(seed.analyst, one) == {theirs}
    assert related(seed.analyst, theirs) == {one, near}
    call(seed.site_admin.key, "POST", "/correlation_exclusions/add", {"value": ONE})
    assert related(seed.analyst, theirs) == {near}


def test_changes_take_effect_immediately(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, two = event(seed.analyst, ONE), event(seed.analyst, NEAR)
    number = Attribute.objects.get(event=two).pk
    delete_attribute(actor, number)
    assert related(seed.analyst, one) == set()
    restore_attribute(actor, number)
    assert related(seed.analyst, one) == {two}
    edit_attribute(actor, number, {"disable_correlation": True})
    assert related(seed.analyst, one) == set()
    edit_attribute(actor, number, {"disable_correlation": False, "value": OTHER})
    assert related(seed.analyst, one) == set()
    edit_attribute(actor, number, {"value": NEAR})
    assert related(seed.analyst, one) == {two}
    delete_event(actor, two)
    assert not AttributeSsdeep.objects.filter(event_id=two).exists()


@override_settings(VARDKASE_CORRELATION_LIMIT=2)
def test_hash_with_too_many_similar_relates_nothing(seed: Seed) -> None:
    hashes = [NEAR[:-1] + letter for letter in "WXYZ"]
    one, *_ = (event(seed.analyst, each) for each in hashes)
    found = queries.correlations_of_event(seed.analyst.actor, one)
    assert (found.pairs, found.over_correlating) == ([], {Attribute.objects.get(event=one).pk})
    assert related(seed.analyst, one) == set()
    assert shared_values(seed.analyst.actor, one, []) == {}


@pytest.mark.usefixtures("seed")
def test_event_without_hashes_needs_no_query(seed: Seed) -> None:
    number = add_event(seed.analyst.actor, {"info": "none", "distribution": 1}).event_id
    assert similar_to_event(seed.analyst.actor, number) == []


def test_number_of_compared_hashes_is_limited(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of similar hashes would be compared with each other on every view of their event."""
    one = event(seed.analyst, ONE)
    event(seed.analyst, NEAR)
    assert similar_to_event(seed.analyst.actor, one)
    monkeypatch.setattr(ssdeep, "MOST_OWN", 0)
    assert similar_to_event(seed.analyst.actor, one) == []
