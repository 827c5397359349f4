"""Addresses correlate with the networks that contain them if MISP's setting enables it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.analysis.correlation import queries
from vardkase.analysis.correlation.services import add_exclusion, rebuild
from vardkase.analysis.correlation.shared_values import SharedValue, shared_values
from vardkase.core.sql import cursor
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_attribute, delete_event
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event

SETTING = "MISP.enable_advanced_correlations"
KINDS = {"|": "ip-dst|port", "d": "domain|ip"}


def event(api_user: ApiUser, *values: str, **fields: Any) -> int:
    parts = [
        {
            "type": KINDS["d"] if value.startswith("d.") else KINDS["|"] if "|" in value else "ip-src",
            "value": value,
        }
        | fields
        for value in values
    ]
    return add_event(api_user.actor, {"info": "scan", "distribution": 1, "Attribute": parts}).event_id


def related(api_user: ApiUser, number: int) -> set[int]:
    """The related events, on which all queries must agree."""
    found = {each.event_id for each in queries.related_events(api_user.actor, number)}
    pairs = queries.correlations_of_event(api_user.actor, number).pairs
    assert {pair.related_event_id for pair in pairs} == found
    ids = list(Attribute.objects.filter(event=number).values_list("pk", flat=True))
    each = queries.correlations_of_attributes(api_user.actor, ids).pairs
    assert {pair.related_event_id for pair in each} == found
    return found


@pytest.fixture
def advanced(db: None) -> None:
    configure(SETTING, True)


def test_network_correlation_is_off_by_default(seed: Seed) -> None:
    network, address = event(seed.analyst, "192.0.2.0/24"), event(seed.analyst, "192.0.2.7")
    assert related(seed.analyst, network) == related(seed.analyst, address) == set()
    assert (
        call(seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/{SETTING}", {"value": True})[0] == 200
    )
    assert related(seed.analyst, network) == {address}


@pytest.mark.usefixtures("advanced")
@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("192.0.2.0/24", "192.0.2.1|443", "192.0.1.255|443"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("0.0.0.0/0", "198.51.100.1", "2001:db8::1"),
    ],
)
def test_network_and_address_are_related_both_ways(
    seed: Seed, network: str, inside: str, outside: str
) -> None:
    one, held, other = event(seed.analyst, network), event(seed.analyst, inside), event(seed.analyst, outside)
    assert related(seed.analyst, one) == {held}
    assert related(seed.analyst, held) == {one}
    assert related(seed.analyst, other) == set()
    kept = inside.partition("|")[0]
    assert shared_values(seed.analyst.actor, held, [one])[one] == [SharedValue(kept, "ip-dst")]
    body = {"eventid": held, "includeCorrelations": True, "returnFormat": "json"}
    _, found = call(seed.analyst.key, "POST", "/attributes/restSearch", body)
    shown = {each["value"] for row in found["response"]["Attribute"] for each in row["RelatedAttribute"]}
    assert shown == {network}


@pytest.mark.usefixtures("advanced")
def test_networks_do_not_correlate_with_networks_or_other_types(seed: Seed) -> None:
    wide = event(seed.analyst, "198.51.0.0/16")
    event(seed.analyst, "198.51.100.0/24")
    event(seed.analyst, "d.example|198.51.100.1")
    assert related(seed.analyst, wide) == set()


@pytest.mark.usefixtures("advanced")
def test_hidden_events_are_not_related(seed: Seed) -> None:
    theirs = event(seed.stranger, "192.0.2.7")
    shown = event(seed.analyst, "192.0.2.0/24")
    hidden = event(seed.analyst, "192.0.0.0/16", distribution=0)
    assert related(seed.stranger, theirs) == {shown}
    assert related(seed.stranger, hidden) == set()
    assert related(seed.analyst, theirs) == {shown, hidden}


@pytest.mark.usefixtures("advanced")
def test_excluded_values_do_not_correlate(seed: Seed) -> None:
    address = event(seed.analyst, "192.0.2.7")
    network = event(seed.analyst, "192.0.2.0/24")
    event(seed.analyst, "192.0.2.0/25", disable_correlation=True)
    excluded = event(seed.analyst, "192.0.2.0/26")
    assert related(seed.analyst, address) == {network, excluded}
    add_exclusion(seed.site_admin.actor, "192.0.2.0/26")
    assert related(seed.analyst, address) == {network}
    delete_attribute(seed.publisher.actor, Attribute.objects.get(event=network).pk)
    assert related(seed.analyst, address) == set()


@pytest.mark.usefixtures("advanced")
def test_changes_and_rebuilds_take_effect(seed: Seed) -> None:
    address, network = event(seed.analyst, "192.0.2.7"), event(seed.analyst, "192.0.2.0/24")
    stored = Attribute.objects.get(event=network)
    edit_attribute(seed.analyst.actor, stored.pk, {"value": "203.0.113.0/24"})
    assert related(seed.analyst, address) == set()
    edit_attribute(seed.analyst.actor, stored.pk, {"value": "192.0.0.0/16"})
    assert related(seed.analyst, address) == {network}
    cursor().execute("DELETE FROM attribute_network")
    assert related(seed.analyst, address) == set()
    list(rebuild(seed.site_admin.actor))
    assert related(seed.analyst, address) == {network}
    delete_event(seed.publisher.actor, network)
    assert related(seed.analyst, address) == set()


@pytest.mark.usefixtures("advanced")
@override_settings(VARDKASE_CORRELATION_LIMIT=2)
def test_network_with_too_many_addresses_relates_nothing(seed: Seed) -> None:
    network = event(seed.analyst, "192.0.2.0/24")
    first = [event(seed.analyst, f"192.0.2.{number}") for number in (1, 2)]
    assert related(seed.analyst, network) == set(first)
    event(seed.analyst, "192.0.2.3")
    assert related(seed.analyst, network) == set()
    assert len(queries.correlations_of_event(seed.analyst.actor, network).over_correlating) == 1
    assert related(seed.analyst, first[0]) == {network}
