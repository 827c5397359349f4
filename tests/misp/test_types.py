"""The table of types, and which parts of a value are searched and correlated."""

from __future__ import annotations

import json
from ipaddress import ip_interface
from pathlib import Path

import pymisp
import pytest

from vardkase.misp import types
from vardkase.misp.types import correlation_parts, network_of, search_parts


def test_describe_types_equals_pymisps_file() -> None:
    file = Path(pymisp.__file__).parent / "data" / "describeTypes.json"
    assert types.describe_types_bytes() == file.read_bytes()


def test_every_type_has_a_default_category_that_allows_it() -> None:
    table = json.loads(types.describe_types_bytes())["result"]
    assert len(types.TYPES) == len(table["types"]) >= 194
    assert len(types.CATEGORIES) == 16
    for name in types.TYPES:
        assert types.category_allows(types.default_category(name), name)
        assert types.default_to_ids(name) == bool(table["sane_defaults"][name]["to_ids"])


def test_category_rejects_other_and_unknown_types() -> None:
    assert not types.category_allows("Person", "ip-dst")
    assert not types.category_allows("Nope", "ip-dst")


def test_type_lists_name_only_known_types() -> None:
    ours = (types.HASH_TYPES, types.NON_CORRELATING, types.VALUE1_ONLY_CORRELATING, types.IP_TYPES)
    for names in (*ours, types.ATTACHMENT_TYPES, types.COMPOSITE_TYPES):
        assert names <= set(types.TYPES)


@pytest.mark.parametrize(
    ("name", "value1", "value2", "parts"),
    [
        ("domain", "Example.com", None, ("example.com",)),
        ("filename|md5", "A.exe", "d4", ("a.exe", "d4")),
        ("ip-dst|port", "1.2.3.4", "80", ("1.2.3.4",)),
        ("regkey|value", "same", "Same", ("same",)),
        ("comment", "x", None, ()),
        ("boolean", "1", None, ()),
    ],
)
def test_correlation_parts(name: str, value1: str, value2: str | None, parts: tuple[str, ...]) -> None:
    assert correlation_parts(name, value1, value2) == parts


def test_non_correlating_parts_are_searchable() -> None:
    assert search_parts("ip-dst|port", "1.2.3.4", "80") == ("1.2.3.4", "80")
    assert search_parts("comment", "Straße", None) == ("strasse",)


@pytest.mark.parametrize(
    ("name", "value1", "value2", "network"),
    [
        ("ip-src", "10.1.2.3", None, "10.1.2.3"),
        ("ip-dst", "10.1.2.3/8", None, "10.0.0.0/8"),
        ("ip-dst|port", "2001:db8::1", "443", "2001:db8::1"),
        ("ip-dst", "2001:db8::1/32", None, "2001:db8::/32"),
        ("domain|ip", "a.example", "10.1.2.3", "10.1.2.3"),
    ],
)
def test_network_of(name: str, value1: str, value2: str | None, network: str) -> None:
    found = network_of(name, value1, value2)
    assert found is not None
    assert ip_interface(str(found)) == ip_interface(network)


def test_other_types_have_no_network() -> None:
    assert network_of("domain", "10.1.2.3", None) is None
    assert network_of("ip-dst", "not an address", None) is None
    assert network_of("domain|ip", "a.example", None) is None
