"""Correlation rules: the events that a rule names are not related with each other anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from vardkase.analysis.correlation import queries
from vardkase.analysis.correlation.models import CorrelationRule
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event

ADDRESS = "198.51.100.1"


def event(api_user: ApiUser, info: str = "story", *values: str) -> int:
    parts = [{"type": "ip-dst", "value": value} for value in values or (ADDRESS,)]
    return add_event(api_user.actor, {"info": info, "distribution": 1, "Attribute": parts}).event_id


def add_rule(seed: Seed, kind: str, *selected: Any) -> dict[str, Any]:
    collected = {"name": "Apart", "selector_type": kind, "selector_list": list(selected)}
    status, body = call(seed.site_admin.key, "POST", "/correlationRules/add", {"CorrelationRule": collected})
    assert status == 200, body
    rule: dict[str, Any] = body["CorrelationRule"]
    return rule


def related(api_user: ApiUser, event_id: int) -> set[int]:
    """The related events, on which all queries must agree."""
    actor = api_user.actor
    found = {each.event_id for each in queries.related_events(actor, event_id)}
    ids = list(Attribute.objects.filter(event=event_id).values_list("pk", flat=True))
    for pairs in (
        queries.correlations_of_event(actor, event_id).pairs,
        queries.correlations_of_attributes(actor, ids).pairs,
        queries.correlations_of_values(actor, event_id, [("ip-dst", ADDRESS, None)]),
    ):
        assert {pair.related_event_id for pair in pairs} == found
    _, body = call(api_user.key, "GET", f"/events/view/{event_id}/includeGranularCorrelations:1")
    assert {int(each["Event"]["id"]) for each in body["Event"].get("RelatedEvent", [])} == found
    listed = body["Event"]["Attribute"][0].get("RelatedAttribute", [])
    assert {int(each["event_id"]) for each in listed} == found
    return found


def test_rule_is_added_edited_and_deleted(seed: Seed) -> None:
    key = seed.site_admin.key
    one, two = event(seed.analyst), event(seed.analyst)
    rule = add_rule(seed, "event_id", str(one), two)
    assert list(rule) == [
        "id", "uuid", "name", "comment", "selector_type", "selector_list", "timestamp",
    ]  # fmt: skip
    assert rule["selector_list"] == [str(one), two]
    assert related(seed.analyst, one) == set()
    wire = {"CorrelationRule": rule}
    assert call(key, "GET", "/correlation_rules/index") == (200, [wire])
    assert call(key, "POST", "/correlation_rules/index", {"selector_type": "org_id"}) == (200, [])
    for reference in (rule["id"], rule["uuid"]):
        assert call(key, "GET", f"/correlationRules/view/{reference}") == (200, wire)
    edited = call(key, "POST", f"/correlation_rules/edit/{rule['id']}", {"selector_list": f"[{one}]"})[1]
    assert edited["CorrelationRule"]["selector_list"] == [one]
    assert related(seed.analyst, one) == {two}
    add_rule(seed, "event_info", "story")
    status, body = call(key, "POST", f"/correlation_rules/delete/{CorrelationRule.objects.latest('pk').pk}")
    assert (status, body["message"]) == (200, "CorrelationRule deleted.")
    assert related(seed.analyst, two) == {one}
    assert call(key, "POST", "/correlation_rules/delete/0")[0] == 404


def test_rule_separates_events_of_organisation_but_not_others(seed: Seed) -> None:
    one, two = event(seed.analyst), event(seed.analyst)
    theirs, third = event(seed.partner), event(seed.stranger)
    add_rule(seed, "orgc_id", seed.org_a.pk)
    for api_user in (seed.analyst, seed.site_admin, seed.reader, seed.stranger):
        assert related(api_user, one) == {theirs, third}
        assert related(api_user, theirs) == {one, two, third}
    add_rule(seed, "org_id", seed.org_a.pk, seed.org_b.pk)
    assert related(seed.analyst, one) == {third}
    assert related(seed.analyst, theirs) == {third}
    assert related(seed.analyst, third) == {one, two, theirs}


@pytest.mark.parametrize(
    ("selected", "named"),
    [
        (["daily list"], ["Daily List"]),
        (["daily%"], ["Daily List", "daily_report"]),
        (["%LIST"], ["Daily List", "The list"]),
        (["%il%"], ["Daily List", "daily_report"]),
        (["daily_report", "daily_list"], ["daily_report"]),
        (["d%t"], []),
        (["the list", "%report"], ["The list", "daily_report"]),
    ],
    ids=str,
)
def test_rule_matches_title_or_part_of_it(seed: Seed, selected: list[str], named: list[str]) -> None:
    events = {info: event(seed.analyst, info) for info in ("Daily List", "The list", "daily_report")}
    other = event(seed.partner, "other")
    add_rule(seed, "event_info", *selected)
    for info, number in events.items():
        apart = {events[each] for each in named} if info in named else set()
        assert related(seed.analyst, number) == {*events.values(), other} - {number} - apart


@override_settings(VARDKASE_CORRELATION_LIMIT=2)
def test_separated_events_do_not_count_as_over_correlating(seed: Seed) -> None:
    mine = [event(seed.analyst, "feed") for _ in range(4)]
    theirs = event(seed.partner)
    actor = seed.analyst.actor
    assert queries.correlations_of_event(actor, mine[0]).pairs == []
    add_rule(seed, "event_info", "feed")
    assert related(seed.analyst, mine[0]) == {theirs}
    assert queries.correlations_of_event(actor, mine[0]).over_correlating == set()


def test_attributes_of_many_events_follow_rules(seed: Seed) -> None:
    one, two, three = event(seed.analyst, "a"), event(seed.analyst, "a"), event(seed.analyst, "b")
    add_rule(seed, "event_info", "a")
    body = {"value": ADDRESS, "includeCorrelations": True, "returnFormat": "json"}
    _, found = call(seed.analyst.key, "POST", "/attributes/restSearch", body)
    shown = {
        int(each["event_id"]): {int(other["Event"]["id"]) for other in each.get("RelatedAttribute", [])}
        for each in found["response"]["Attribute"]
    }
    assert shown == {one: {three}, two: {three}, three: {one, two}}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"selector_type": "org", "selector_list": [1]}, "selector_type"),
        ({"selector_type": "org_id"}, "selector_list"),
        ({"selector_type": "org_id", "selector_list": []}, "selector_list"),
        ({"selector_type": "org_id", "selector_list": "nope"}, "selector_list"),
        ({"selector_type": "org_id", "selector_list": {"1": 1}}, "selector_list"),
        ({"selector_type": "org_id", "selector_list": ["x"]}, "selector_list"),
        ({"selector_type": "event_id", "selector_list": [10**30]}, "selector_list"),
        ({"selector_type": "event_id", "selector_list": [True]}, "selector_list"),
        ({"selector_type": "event_id", "selector_list": [1] * 1001}, "selector_list"),
        ({"selector_type": "event_info", "selector_list": [1]}, "selector_list"),
        ({"selector_type": "event_info", "selector_list": ["%%"]}, "selector_list"),
        ({"selector_type": "org_id", "selector_list": [1], "name": ""}, "name"),
    ],
    ids=str,
)
def test_invalid_rule_is_refused_by_field(seed: Seed, said: dict[str, Any], field: str) -> None:
    status, body = call(seed.site_admin.key, "POST", "/correlation_rules/add", {"name": "x", **said})
    assert (status, body["message"], list(body["errors"])) == (403, "Could not add CorrelationRule", [field])
    assert not CorrelationRule.objects.exists()


def test_other_roles_are_refused(seed: Seed) -> None:
    number = add_rule(seed, "event_info", "secret")["id"]
    for api_user in (seed.org_admin, seed.analyst, seed.reader, seed.partner_sync):
        for path in ("index", "add", f"view/{number}", f"edit/{number}", f"delete/{number}"):
            assert call(api_user.key, "POST", f"/correlation_rules/{path}", {"name": "x"})[0] == 403
    assert CorrelationRule.objects.get().name == "Apart"
