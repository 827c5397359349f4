"""Matching values against the five types of warninglists."""

from __future__ import annotations

import pytest

from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from vardkase.core.errors import Forbidden
from vardkase.knowledge.warninglists.matching import CheckedValue, check_values, find_hits
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.services import set_enabled

LISTS = {
    "string": ["d41d8cd98f00b204e9800998ecf8427e", "Exact.Case"],
    "hostname": ["google.com", ".bmw.de", "ns.example."],
    "cidr": ["8.8.8.8", "10.0.0.0/8", "2001:db8::/32", "nonsense"],
    "substring": ["0815.ru"],
    "regex": ["/^(abuse|noc)\\@.*$/i", "/(unclosed/"],
}


@pytest.fixture(autouse=True)
def lists(db: None) -> None:
    for kind, entries in LISTS.items():
        store(WarninglistFile(name=kind, type=kind, version=1, values=entries))
    Warninglist.objects.update(enabled=True)


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ("d41d8cd98f00b204e9800998ecf8427e", {"string"}),
        ("exact.case", set()),
        ("Exact.Case", {"string"}),
        ("google.com", {"hostname"}),
        ("MAIL.google.com", {"hostname"}),
        ("https://www.google.com:8443/path?x=1", {"hostname"}),
        ("notgoogle.com", set()),
        ("google.com.evil.example", set()),
        ("www.bmw.de", {"hostname"}),
        ("ns.example", {"hostname"}),
        ("8.8.8.8", {"cidr"}),
        ("8.8.8.9", set()),
        ("10.20.30.40", {"cidr"}),
        ("10.20.0.0/16", {"cidr"}),
        ("0.0.0.0/0", set()),
        ("10.1.2.3|443", {"cidr"}),
        ("2001:db8::1", {"cidr"}),
        ("somebody@0815.RU", {"substring"}),
        ("ABUSE@example.com", {"regex"}),
        ("", set()),
        ("https://[broken", set()),
    ],
)
def test_matching_by_list_type(value: str, on: set[str]) -> None:
    assert {hit.name for hit in check_values([value]).get(value, [])} == on


def test_matching_entry_is_returned() -> None:
    hits = check_values(["8.8.8.8", "10.0.0.1", "a.google.com"])
    assert [hits[value][0].matched for value in hits] == ["8.8.8.8/32", "10.0.0.0/8", "google.com"]


def test_disabled_lists_are_ignored() -> None:
    Warninglist.objects.update(enabled=False)
    assert check_values(["8.8.8.8"]) == {}


def test_list_applies_to_its_attribute_types() -> None:
    Warninglist.objects.filter(name="cidr").update(matching_attributes=["ip-dst", "ip-dst|port"])
    values = [
        CheckedValue("8.8.8.8", "ip-dst"),
        CheckedValue("8.8.8.8", "ip-src"),
        CheckedValue("8.8.8.8|53", "ip-dst|port"),
    ]
    assert list(find_hits(values)) == [0, 2]


def test_changed_list_is_reloaded() -> None:
    assert "nosuch@spam.example" not in check_values(["nosuch@spam.example"])
    store(WarninglistFile(name="substring", type="substring", version=2, values=["spam.example"]))
    assert [hit.matched for hit in check_values(["nosuch@spam.example"])["nosuch@spam.example"]] == [
        "spam.example"
    ]


def test_substrings_do_not_span_values() -> None:
    store(WarninglistFile(name="substring", type="substring", version=2, values=["ab", "b", "ba"]))
    hits = check_values(["xa", "bx", "ab", "aba"])
    assert {value: found[0].matched for value, found in hits.items()} == {"bx": "b", "ab": "ab", "aba": "ab"}


def test_long_entry_is_matched() -> None:
    long = "https://long.example/" + "x" * 20_000
    store(WarninglistFile(name="string", type="string", version=2, values=[long]))
    assert set(check_values([long, long[:-1]])) == {long}


def test_regex_matching_time_is_bounded() -> None:
    store(WarninglistFile(name="regex", type="regex", version=2, values=["/^(a+)+$/", "/(x+x+)+y/i"]))
    # A backtracking engine would never finish: there are 2⁵⁰⁰⁰ paths.
    assert check_values(["a" * 5000 + "!", "x" * 5000]) == {}


def test_enabling_by_id_and_name(seed: Seed) -> None:
    actor = seed.site_admin.actor
    first = Warninglist.objects.get(name="cidr")
    assert set_enabled(actor, ids=[first.pk], enabled=False) == 1
    assert set_enabled(actor, names=["%str%"], enabled=False) == 2
    assert set(Warninglist.objects.filter(enabled=True).values_list("name", flat=True)) == {
        "hostname",
        "regex",
    }
    assert set_enabled(actor, ids=[first.pk]) == 1
    assert set_enabled(actor, names=["%"], enabled=False) == 0
    assert Warninglist.objects.get(pk=first.pk).enabled
    with pytest.raises(Forbidden):
        set_enabled(seed.analyst.actor, ids=[first.pk], enabled=False)


def test_overlong_host_name_is_not_split() -> None:
    assert set(check_values(["a." * 100 + "google.com"])) == {"a." * 100 + "google.com"}
    assert check_values(["a." * 30_000 + "google.com"]) == {}
