"""Fuzzy hashes that are alike correlate, for whom they may and as far as the setting says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.api.calls import call
from tests.cast import Cast, Player
from tests.intel.sighted import configure
from tests.misp.test_ssdeep import DOUBLED, NEAR, ONE, OTHER
from vardkase.analysis.correlation import queries, similar
from vardkase.analysis.correlation.models import AttributeSsdeep
from vardkase.analysis.correlation.shared import SharedValue, shared_values
from vardkase.analysis.correlation.similar import similar_to_event
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, delete_event, restore_attribute
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event
from vardkase.misp.ssdeep import similarity


def event(player: Player, *hashes: str, **fields: Any) -> int:
    parts = [
        {"type": "filename|ssdeep" if "|" in each else "ssdeep", "value": each, **fields} for each in hashes
    ]
    return add_event(player.actor, {"info": "sample", "distribution": 1, "Attribute": parts}).event_id


def related(player: Player, number: int) -> set[int]:
    """The related events, as every way of asking must tell them."""
    found = {each.event_id for each in queries.related_events(player.actor, number)}
    pairs = queries.correlations_of_event(player.actor, number).pairs
    assert {pair.related_event_id for pair in pairs} == found
    return found


def test_hashes_that_are_alike_correlate(cast: Cast) -> None:
    one, near = event(cast.analyst, ONE), event(cast.analyst, f"a.exe|{NEAR}")
    doubled, same = event(cast.analyst, DOUBLED), event(cast.analyst, ONE)
    event(cast.analyst, OTHER)
    assert related(cast.analyst, one) == {near, doubled, same}
    assert related(cast.analyst, near) == {one, doubled, same}
    assert [each.shared for each in queries.related_events(cast.analyst.actor, one)] == [1, 1, 1]
    body = {"value": ONE, "includeCorrelations": True, "returnFormat": "json"}
    _, found = call(cast.analyst.key, "POST", "/attributes/restSearch", body)
    shown = {other["value"] for each in found["response"]["Attribute"] for other in each["RelatedAttribute"]}
    assert shown == {ONE, f"a.exe|{NEAR}", DOUBLED}
    values = shared_values(cast.analyst.actor, one, [near, same])
    assert values[near] == values[same] == [SharedValue(ONE, "ssdeep")]


def test_the_setting_says_how_alike(cast: Cast) -> None:
    one, near, doubled = (event(cast.analyst, each) for each in (ONE, NEAR, DOUBLED))
    assert 40 <= similarity(ONE, DOUBLED) < similarity(ONE, NEAR) < 100
    configure("MISP.ssdeep_correlation_threshold", similarity(ONE, NEAR))
    assert related(cast.analyst, one) == {near}
    configure("MISP.ssdeep_correlation_threshold", 100)
    assert related(cast.analyst, one) == related(cast.analyst, doubled) == set()
    path = "/servers/serverSettingsEdit/MISP.ssdeep_correlation_threshold"
    assert call(cast.site_admin.key, "POST", path, {"value": 0})[0] == 403


def test_nobody_learns_of_what_they_may_not_read(cast: Cast) -> None:
    shown, theirs = event(cast.analyst, ONE), event(cast.stranger, NEAR)
    hidden = event(cast.analyst, f"{NEAR[:-1]}Z", distribution=0)
    assert related(cast.stranger, theirs) == {shown}
    assert related(cast.stranger, hidden) == set()
    assert related(cast.analyst, theirs) == related(cast.site_admin, theirs) == {shown, hidden}


def test_rules_and_exclusions_hold_for_hashes_too(cast: Cast) -> None:
    one, near, theirs = event(cast.analyst, ONE), event(cast.analyst, NEAR), event(cast.partner, NEAR)
    rule = {"name": "x", "selector_type": "orgc_id", "selector_list": [cast.org_a.pk]}
    call(cast.site_admin.key, "POST", "/correlation_rules/add", rule)
    assert related(cast.analyst, one) == {theirs}
    assert related(cast.analyst, theirs) == {one, near}
    call(cast.site_admin.key, "POST", "/correlation_exclusions/add", {"value": ONE})
    assert related(cast.analyst, theirs) == {near}


def test_changes_take_effect_at_once(cast: Cast) -> None:
    actor = cast.analyst.actor
    one, two = event(cast.analyst, ONE), event(cast.analyst, NEAR)
    number = Attribute.objects.get(event=two).pk
    delete_attribute(actor, number)
    assert related(cast.analyst, one) == set()
    restore_attribute(actor, number)
    assert related(cast.analyst, one) == {two}
    edit_attribute(actor, number, {"disable_correlation": True})
    assert related(cast.analyst, one) == set()
    edit_attribute(actor, number, {"disable_correlation": False, "value": OTHER})
    assert related(cast.analyst, one) == set()
    edit_attribute(actor, number, {"value": NEAR})
    assert related(cast.analyst, one) == {two}
    delete_event(actor, two)
    assert not AttributeSsdeep.objects.filter(event_id=two).exists()


@override_settings(VARDKASE_CORRELATION_LIMIT=2)
def test_a_hash_that_is_like_too_many_links_nothing(cast: Cast) -> None:
    hashes = [NEAR[:-1] + letter for letter in "WXYZ"]
    one, *_ = (event(cast.analyst, each) for each in hashes)
    found = queries.correlations_of_event(cast.analyst.actor, one)
    assert (found.pairs, found.over_correlating) == ([], {Attribute.objects.get(event=one).pk})
    assert related(cast.analyst, one) == set()
    assert shared_values(cast.analyst.actor, one, []) == {}


@pytest.mark.usefixtures("cast")
def test_an_event_without_hashes_pays_nothing(cast: Cast) -> None:
    number = add_event(cast.analyst.actor, {"info": "none", "distribution": 1}).event_id
    assert similar_to_event(cast.analyst.actor, number) == []


def test_only_so_many_hashes_are_looked_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands that are alike would be read once for each of them, by everybody who meets their event."""
    one = event(cast.analyst, ONE)
    event(cast.analyst, NEAR)
    assert similar_to_event(cast.analyst.actor, one)
    monkeypatch.setattr(similar, "MOST_OWN", 0)
    assert similar_to_event(cast.analyst.actor, one) == []
