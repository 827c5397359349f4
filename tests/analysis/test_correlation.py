"""What correlates, and for which readers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import override_settings

from tests.factories.seed import Seed
from vardkase.analysis.correlation import queries, services
from vardkase.analysis.correlation.exclusions import exclusions_from
from vardkase.analysis.correlation.keys import key_of, keys_of
from vardkase.analysis.correlation.models import AttributeKey, AttributeNetwork
from vardkase.analysis.correlation.store import rebuild_keys
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, delete_event, restore_attribute
from vardkase.intel.hooks import AttributesChanged
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.django_db
_number = itertools.count(1)


def event(actor: Actor, *values: str | tuple[str, str], **fields: Any) -> int:
    """An event with one attribute per value, of type ip-dst unless the type is given too."""
    attributes = [
        {"type": kind, "value": text}
        for kind, text in (each if isinstance(each, tuple) else ("ip-dst", each) for each in values)
    ]
    header = {"info": f"story {next(_number)}", "distribution": 1, **fields}
    return add_event(actor, {**header, "Attribute": attributes}).event_id


def related(actor: Actor, event_id: int) -> list[int]:
    return sorted(each.event_id for each in queries.related_events(actor, event_id))


def attribute_of(event_id: int, **fields: Any) -> Attribute:
    return Attribute.objects.get(event=event_id, **fields)


def test_events_with_common_value_are_related(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, "198.51.100.1", "198.51.100.2")
    two = event(actor, "198.51.100.1", "198.51.100.2", "198.51.100.3")
    event(actor, "198.51.100.9")
    found = queries.related_events(actor, one)
    assert [(each.event_id, each.shared) for each in found] == [(two, 2)]
    assert len(queries.correlations_of_event(actor, one).pairs) == 2


def test_either_part_of_composite_value_correlates_in_any_case(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, ("domain|ip", "evil.example|198.51.100.1"))
    halves = [event(actor, ("domain", "evil.example")), event(actor, "198.51.100.1")]
    upper = event(actor, ("hostname", "EVIL.example"))
    assert related(actor, one) == [*halves, upper]


def test_ports_and_non_correlating_types_are_ignored(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, ("ip-dst|port", "198.51.100.1|8080"), ("comment", "the same words"))
    event(actor, ("ip-dst|port", "198.51.100.2|8080"), ("comment", "the same words"))
    assert related(actor, one) == []


def test_values_within_one_event_do_not_correlate(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, ("ip-dst", "198.51.100.1"), ("ip-src", "198.51.100.1"))
    assert queries.correlations_of_event(actor, one).pairs == []


def test_unreadable_events_are_not_related(seed: Seed) -> None:
    shown = event(seed.analyst.actor, "198.51.100.1", distribution=1)
    event(seed.analyst.actor, "198.51.100.1", distribution=0)
    theirs = event(seed.stranger.actor, "198.51.100.1")
    stranger = seed.stranger.actor
    assert related(stranger, theirs) == [shown]
    assert len(queries.correlations_of_event(stranger, theirs).pairs) == 1
    assert queries.count_of_value(stranger, "198.51.100.1") == (2, 2)
    assert len(queries.attributes_with_value(stranger, "198.51.100.1")) == 2
    assert len(queries.networks_containing(stranger, "198.51.100.1")) == 2
    assert len(queries.within_network(stranger, "198.51.100.0/24")) == 2
    assert queries.top_values(stranger)[0].count == 2
    assert queries.count_of_value(seed.analyst.actor, "198.51.100.1") == (3, 3)


def test_hidden_attribute_of_readable_event_does_not_correlate(seed: Seed) -> None:
    header = {"info": "mixed", "distribution": 1}
    hidden = {"type": "ip-dst", "value": "198.51.100.7", "distribution": 0}
    mixed = add_event(seed.analyst.actor, {**header, "Attribute": [hidden]}).event_id
    theirs = event(seed.stranger.actor, "198.51.100.7")
    assert related(seed.stranger.actor, theirs) == []
    assert related(seed.stranger.actor, mixed) == []
    assert related(seed.analyst.actor, theirs) == [mixed]


def test_deleting_restoring_and_disabling_take_effect_immediately(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, two = event(actor, "198.51.100.1"), event(actor, "198.51.100.1")
    attribute = attribute_of(two)
    delete_attribute(actor, attribute.pk)
    assert related(actor, one) == []
    restore_attribute(actor, attribute.pk)
    assert related(actor, one) == [two]
    edit_attribute(actor, attribute.pk, {"disable_correlation": True})
    assert related(actor, one) == []
    edit_attribute(actor, attribute.pk, {"disable_correlation": False, "value": "198.51.100.2"})
    assert related(actor, one) == []
    assert queries.count_of_value(actor, "198.51.100.2") == (1, 1)


def test_deleted_event_leaves_no_keys(seed: Seed) -> None:
    one = event(seed.analyst.actor, "198.51.100.1")
    delete_event(seed.analyst.actor, one)
    assert not AttributeKey.objects.filter(event_id=one).exists()
    assert not AttributeNetwork.objects.filter(event_id=one).exists()


@override_settings(VARDKASE_CORRELATION_LIMIT=2)
def test_over_correlating_value_is_named_but_relates_nothing(seed: Seed) -> None:
    actor = seed.analyst.actor
    one, *_ = [event(actor, "198.51.100.1", f"198.51.100.{number}") for number in (10, 11, 12, 13)]
    rare = event(actor, "198.51.100.10")
    found = queries.correlations_of_event(actor, one)
    assert [pair.related_event_id for pair in found.pairs] == [rare]
    assert found.over_correlating == {attribute_of(one, value1="198.51.100.1").pk}
    assert related(actor, one) == [rare]
    over = queries.over_correlating_values(actor)
    assert [(each.value, each.count) for each in over] == [("198.51.100.1", 4)]
    assert [each.value for each in queries.top_values(actor)] == ["198.51.100.10"]
    assert len(queries.attributes_with_value(actor, "198.51.100.1")) == 4


def test_addresses_and_networks_are_found_by_network(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, ("ip-src", "198.51.100.0/24"), "198.51.100.77", ("ip-dst|port", "198.51.101.1|80"))
    two = event(actor, ("domain|ip", "v6.example|2001:db8::7"), ("ip-src", "2001:db8::/32"))
    ids = {each.value: each.pk for each in Attribute.objects.filter(event__in=[one, two])}
    inside = queries.within_network(actor, "198.51.100.0/23")
    assert sorted(inside) == sorted(ids[v] for v in ("198.51.100.0/24", "198.51.100.77", "198.51.101.1|80"))
    around = queries.networks_containing(actor, "198.51.100.77")
    assert sorted(around) == sorted(ids[v] for v in ("198.51.100.0/24", "198.51.100.77"))
    assert sorted(queries.networks_containing(actor, "2001:db8::7")) == sorted(
        ids[v] for v in ("v6.example|2001:db8::7", "2001:db8::/32")
    )
    with pytest.raises(ValueError, match="nonsense"):
        queries.within_network(actor, "nonsense")


def test_correlations_of_page_equal_those_of_events(seed: Seed) -> None:
    actor = seed.analyst.actor
    one = event(actor, "198.51.100.1", "198.51.100.2")
    two = event(actor, "198.51.100.2", "198.51.100.1")
    ids = list(Attribute.objects.filter(event=one).values_list("pk", flat=True))
    assert set(queries.correlations_of_attributes(actor, ids).pairs) == set(
        queries.correlations_of_event(actor, one).pairs
    )
    back = {(pair.related_id, pair.attribute_id) for pair in queries.correlations_of_event(actor, two).pairs}
    assert back == {(p.attribute_id, p.related_id) for p in queries.correlations_of_event(actor, one).pairs}


@pytest.mark.parametrize("excluded", ["198.51.100.1", "198.51.100.%", "%.100.1", "%51.100%"])
def test_exclusion_takes_effect_immediately_and_can_be_removed(seed: Seed, excluded: str) -> None:
    actor, staff = seed.analyst.actor, seed.site_admin.actor
    one, two = event(actor, "198.51.100.1"), event(actor, "198.51.100.1")
    exclusion = services.add_exclusion(staff, excluded)
    assert related(actor, one) == []
    later = event(actor, "198.51.100.1")
    assert related(actor, later) == []
    assert queries.count_of_value(actor, "198.51.100.1") == (3, 3)
    services.edit_exclusion(staff, exclusion, value="203.0.113.1")
    assert related(actor, one) == [two, later]
    services.edit_exclusion(staff, exclusion, value=excluded)
    services.delete_exclusion(staff, exclusion)
    assert related(actor, one) == [two, later]


def test_exclusion_requires_unique_value_and_site_administrator(seed: Seed) -> None:
    staff = seed.site_admin.actor
    services.add_exclusion(staff, "198.51.100.1")
    for value in ("198.51.100.1", " ", "%"):
        with pytest.raises(Invalid):
            services.add_exclusion(staff, value)
    with pytest.raises(Forbidden):
        services.add_exclusion(seed.org_admin.actor, "198.51.100.2")


def test_rebuild_gives_same_rows(seed: Seed) -> None:
    actor = seed.analyst.actor
    event(actor, "198.51.100.1", ("domain|ip", "evil.example|198.51.100.2"), ("comment", "words"))
    event(actor, ("ip-dst|port", "198.51.100.1|80"))
    before = rows()
    AttributeKey.objects.all().delete()
    AttributeNetwork.objects.create(attribute_id=0, event_id=0, net="192.0.2.1")
    assert len(list(services.rebuild(seed.site_admin.actor))) == 2
    assert rows() == before


def rows() -> list[Any]:
    return [
        sorted(AttributeKey.objects.values_list(), key=str),
        sorted(AttributeNetwork.objects.values_list(), key=str),
    ]


def test_exact_search_finds_non_correlating_parts(seed: Seed) -> None:
    one = event(seed.analyst.actor, ("ip-dst|port", "198.51.100.1|8080"))
    assert queries.attributes_with_value(seed.analyst.actor, "8080") == [attribute_of(one).pk]


def test_distribution_change_reaches_keys(seed: Seed) -> None:
    one = event(seed.analyst.actor, "198.51.100.1")
    Attribute.objects.filter(event=one).update(distribution=0)
    rebuild_keys(AttributesChanged(one, (attribute_of(one).pk,)))
    assert queries.count_of_value(seed.stranger.actor, "198.51.100.1") == (0, 0)


def test_keys_ignore_case_and_surrounding_space() -> None:
    assert key_of("Evil.Example") == key_of(" evil.example\n") != key_of("evil. example")
    assert keys_of(["a", "b"]) == [key_of("a"), key_of("b")]
    assert -(2**63) <= key_of("x") < 2**63


def test_exclusion_wildcards() -> None:
    found = exclusions_from(["Exact", "start%", "%end", "%middle%", "%"])
    assert [
        text for text in ("EXACT", "exact2", "starting", "weekend", "amiddleb", "ends") if found.cover(text)
    ] == [
        "EXACT",
        "starting",
        "weekend",
        "amiddleb",
    ]
