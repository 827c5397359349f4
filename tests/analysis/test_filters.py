"""How restSearch filters are parsed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories.intel import make_attribute, make_event, make_object
from tests.factories.seed import Seed
from vardkase.analysis.search.event_index import CONDITIONS, TIMES, event_index_query
from vardkase.analysis.search.filter_values import terms
from vardkase.analysis.search.filters import Dates, Order, Range, Scope, Search, Terms
from vardkase.analysis.search.parameters import PARAMETERS, from_path
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query, total_query
from vardkase.analysis.search.statement import like_patterns, split_items
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor

NOW = 1_700_000_000
DAY = 86_400


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", Terms(any_of=("a",))),
        (" a ", Terms(any_of=("a",))),
        ("a&&b", Terms(any_of=("a", "b"))),
        ("a||b", Terms(any_of=("a", "b"))),
        ("||b", Terms(any_of=("||b",))),
        ("!a", Terms(none_of=("a",))),
        ("a&&!b", Terms(any_of=("a",), none_of=("b",))),
        (["a", "!b", 0], Terms(any_of=("a", "0"), none_of=("b",))),
        ({"OR": ["a"], "AND": "b", "NOT": ["c"]}, Terms(("a",), ("b",), ("c",))),
        (5, Terms(any_of=("5",))),
        (5.0, Terms(any_of=("5",))),
        (True, Terms(any_of=("1",))),
        ("", None),
        ([], None),
        ({}, None),
        ("!", None),
    ],
)
def test_items(value: Any, expected: Terms | None) -> None:
    assert terms(value) == expected


@pytest.mark.parametrize("value", [{"XOR": ["a"]}, {"OR": [["a"]]}, [["a"]], [{"a": 1}]])
def test_invalid_list_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        terms(value)


def search(scope: Scope = Scope.ATTRIBUTES, **given: Any) -> Search:
    return parse(scope, given, now=NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5d", Range(NOW - 5 * DAY)),
        ("12H", Range(NOW - 12 * 3600)),
        (1_600_000_000, Range(1_600_000_000)),
        (1_600_000_000.0, Range(1_600_000_000)),
        ("2023-01-01", Range(1_672_531_200)),
        ("nonsense", Range(NOW + 1)),
        (["1d", "5d"], Range(NOW - 5 * DAY, NOW - DAY)),
        (["", 7], Range(7, NOW + 1)),
        (0, None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_moments(value: Any, expected: Range | None) -> None:
    assert search(timestamp=value).timestamp == expected


def test_first_and_last_seen_are_bounds_in_microseconds() -> None:
    found = search(first_seen="2023-01-01", last_seen="2023-01-01")
    assert found.first_seen == Range(start=1_672_531_200_000_000)
    assert found.last_seen == Range(end=1_672_531_200_000_000)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"from": "2023-01-01"}, Dates("2023-01-01", None)),
        ({"from": 1_672_531_200, "to": "2023-02-01"}, Dates("2023-01-01", "2023-02-01")),
        ({"from": "nonsense"}, None),
        ({"to": "nonsense"}, Dates(None, "0001-01-01")),
        ({"date": ["2023-02-01", "2023-01-01"]}, Dates("2023-01-01", "2023-02-01")),
    ],
)
def test_days(given: dict[str, Any], expected: Dates | None) -> None:
    assert parse(Scope.EVENTS, given, now=NOW).date == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, {True}),
        (1, {True}),
        ("1", {True}),
        (0, {False}),
        ("exclude", {False}),
        ([0, 1], None),
        (False, None),
        (None, None),
    ],
)
def test_flags(value: Any, expected: set[bool] | None) -> None:
    assert search(to_ids=value).to_ids == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, {False}), (0, {False}), (1, {True}), ("only", {True}), ([0, 1], {False, True})],
)
def test_deleted(value: Any, expected: set[bool]) -> None:
    assert search(deleted=value).deleted == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("timestamp desc", (Order("timestamp", True),)),
        ("Attribute.value, type DESC", (Order("value"), Order("type", True))),
        (["Event.publish_timestamp desc"], (Order("Event.publish_timestamp", True),)),
        ("timestamp, nosuch", ()),
        ("timestamp desc; DROP TABLE event", ()),
    ],
)
def test_order(value: Any, expected: tuple[Order, ...]) -> None:
    assert search(order=value).order == expected


def test_paging() -> None:
    assert (search(limit="2", page="3").limit, search(limit="2", page="3").page) == (2, 3)
    assert (search(limit=0).limit, search(limit=-1, page=-1).page) == (None, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "x"),
        ("limit", -5),
        ("page", [1]),
        ("page", -2),
        ("from", "2026-99-99"),
        ("from", ["2026-01-01"]),
        ("to", "2026-99-99"),
        ("date", "2026-02-30"),
        ("date", ["2026-01-01"]),
        ("published", "maybe"),
        ("published", [1, "maybe"]),
        ("published", {"OR": [1]}),
        ("to_ids", 2),
        ("deleted", "soon"),
        ("protected", "x"),
        ("timestamp", [1, 2, 3]),
        ("value", {"XOR": ["a"]}),
    ],
)
def test_invalid_filter_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse(Scope.EVENTS, {name: value}, now=NOW)
    assert refused.value.errors == {name: [refused.value.problem]}
    assert refused.value.wire.startswith("Invalid filter: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value", [f"%host{n}%" for n in range(101)]),
        ("value", {"NOT": [f"%host{n}%" for n in range(101)]}),
        ("value", [f"%{letter}%" for letter in "abcdefghi"]),
        ("value", ["%__%"] * 9),
        ("value", "%a" * 17),
        ("eventinfo", "%a" * 17),
        ("tags", {"OR": [f"%tag{n}%" for n in range(101)]}),
        ("searchall", "%a" * 17),
    ],
)
def test_expensive_filter_is_refused_by_name(name: str, value: Any) -> None:
    """Sixty kilobytes of patterns kept PostgreSQL busy for more than a minute."""
    with pytest.raises(Invalid) as refused:
        parse(Scope.EVENTS, {name: value}, now=NOW)
    assert list(refused.value.errors) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value", [f"host{n}" for n in range(5000)]),
        ("value", [f"%host{n}%" for n in range(100)]),
        ("value", ["%.se", "%.no", "%.fi", *(f"%{letter}%" for letter in "abcdefgh")]),
        ("type", ["%" * 40 + "Q"]),
        ("tags", {"OR": [f"tag{n}" for n in range(5000)]}),
    ],
)
def test_long_but_cheap_filter_is_accepted(name: str, value: Any) -> None:
    assert parse(Scope.EVENTS, {name: value}, now=NOW) != parse(Scope.EVENTS, {}, now=NOW)


def test_searchall_takes_its_text_from_value() -> None:
    assert parse(Scope.EVENTS, {"searchall": True, "value": "%x%"}).pattern == "%x%"
    assert parse(Scope.EVENTS, {"searchall": "%y%"}).pattern == "%y%"
    assert parse(Scope.EVENTS, {"searchall": False}).pattern is None


def test_unknown_parameters_are_ignored() -> None:
    assert search(quickFilter="x", object_name="file", nosuch={"a": [[]]}) == search()


def test_path_parameters_are_positional() -> None:
    assert PARAMETERS[Scope.ATTRIBUTES][6] == "org"
    path = ["json", "null", "0", "false", "ip-dst", "null", "null", "tlp;white"]
    assert from_path(Scope.ATTRIBUTES, path) == {
        "returnFormat": "json",
        "type": "ip-dst",
        "tags": "tlp:white",
    }


def test_patterns() -> None:
    assert split_items(("a%b", "%a", "b")) == (["a%b", "b"], ["%a"])
    assert like_patterns("%C:\\Windows%") == ["%C:\\\\Windows%"]
    assert like_patterns("%C:\\\\Windows%") == ["%C:\\\\\\\\Windows%", "%C:\\\\Windows%"]


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["OR", "AND", "NOT", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


requests = st.dictionaries(st.sampled_from(sorted(set().union(*PARAMETERS.values()))), anything, max_size=4)


@pytest.mark.django_db
def test_any_search_is_refused_or_executed(seed: Seed) -> None:
    actors = [seed.site_admin.actor, seed.stranger.actor]

    @hypothesis_settings(deadline=None)  # Slow machines must not fail it.
    @given(scope=st.sampled_from(list(Scope)), sent=requests, actor=st.sampled_from(actors))
    def searched(scope: Scope, sent: dict[str, Any], actor: Actor) -> None:
        try:
            found = parse(scope, sent, now=NOW)
        except Invalid:
            return
        for built in (query(actor, found), total_query(actor, found)):
            cursor().execute(built.sql, built.parameters).fetchall()

    searched()


index_filters = st.dictionaries(st.sampled_from(sorted({*CONDITIONS, *TIMES, "sort"})), anything, max_size=4)


@pytest.mark.django_db
def test_any_index_query_is_refused_or_executed(seed: Seed) -> None:
    @hypothesis_settings(deadline=None)
    @given(sent=index_filters)
    def listed(sent: dict[str, Any]) -> None:
        try:
            built = event_index_query(seed.analyst.actor, sent, now=NOW)
        except Invalid:
            return
        cursor().execute(built.sql, built.parameters).fetchall()

    listed()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ip-%", 2),
        ("%-dst", 2),
        ("%p%s%", 2),
        ("%ip%-d_t", 1),
        ("_p-dst", 0),
        ("%" * 40 + "Q%x", 0),
        ("%%%", 3),
    ],
)
@pytest.mark.django_db
def test_wildcards_in_type_do_not_multiply_cost(seed: Seed, pattern: str, found: int) -> None:
    event = make_event(seed.org_a)
    event.save()
    for kind in ("ip-src", "ip-dst", "email-dst"):
        make_attribute(event, type=kind, value1=f"{kind} value").save()
    built = query(seed.analyst.actor, search(type=pattern))
    assert len(cursor().execute(built.sql, built.parameters).fetchall()) == found


@pytest.mark.django_db
def test_object_is_not_found_by_hidden_attribute(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    around = make_object(event, distribution=1)
    around.save()
    hidden = make_attribute(event, object=around, distribution=0)
    hidden.save()
    built = search(Scope.OBJECTS, uuid=str(hidden.uuid))
    counts = []
    for actor in (seed.analyst.actor, seed.stranger.actor):
        found = query(actor, built)
        counts.append(len(cursor().execute(found.sql, found.parameters).fetchall()))
    assert counts == [1, 0]
