"""Values found in pasted text, compared with those found by a real MISP."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardkase.misp.freetext import DetectedValue, detect
from vardkase.misp.types import TYPES, category_allows
from vardkase.misp.values import normalise, validate

RECORDED = json.loads((Path(__file__).parent / "recorded" / "freetext.json").read_text())


def only(text: str) -> DetectedValue:
    (found,) = detect(text)
    return found


def test_finds_the_same_values_as_misp() -> None:
    ours = [
        (each.value, each.original, each.type, set(each.alternatives), each.to_ids, each.comment)
        for each in detect(RECORDED["text"])
    ]
    theirs = [
        (
            each["value"],
            each["original_value"],
            each["default_type"],
            {name for name in each["types"] if name in TYPES},
            bool(each["to_ids"]),
            each.get("comment") or "",
        )
        for each in RECORDED["found"]
    ]
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("[2001:db8::1]:443", "ip-dst|port", "2001:db8::1|443"),
        ("10.0.0.1|443", "ip-dst|port", "10.0.0.1|443"),
        ("2001:db8::1|443", "ip-dst|port", "2001:db8::1|443"),
        ("example[.]com|443", "hostname|port", "example.com|443"),
        ("evil.com:8080", "domain", "evil.com"),
        ("foo[at]bar[dot]com", "email-src", "foo@bar.com"),
        ("HKLM\\Software\\x", "regkey", "HKLM\\Software\\x"),
        ("1.2.3.4/login", "url", "1.2.3.4/login"),
        ("expyuzz4wqqyqhjn.onion", "onion-address", "expyuzz4wqqyqhjn.onion"),
        ("3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", "ssdeep", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"),
        ("bücher.de", "domain", "bücher.de"),
    ],
)
def test_type_of_a_single_word(text: str, type: str, value: str) -> None:
    found = only(text)
    assert (found.type, found.value) == (type, value)


def test_prose_contains_no_values() -> None:
    assert detect("It was seen at 12:30:45, twice (1.5 times as often). Hello :: world, and so on...") == []


def test_each_value_is_found_once() -> None:
    assert [each.value for each in detect("8.8.8.8 8[.]8[.]8[.]8, 8.8.8.8.")] == ["8.8.8.8"]


def test_json_is_walked_in_order() -> None:
    assert [each.value for each in detect('{"a": ["8.8.8.8", {"b": "x.evil.com"}]}')] == [
        "8.8.8.8",
        "x.evil.com",
    ]
    assert only("{not json 9.9.9.9}").value == "9.9.9.9"


@given(
    st.text()
    | st.lists(st.sampled_from([each["original_value"] for each in RECORDED["found"]])).map(" ".join)
)
def test_found_values_can_be_stored(text: str) -> None:
    for found in detect(text):
        assert validate(found.type, normalise(found.type, found.value)) is None
        assert category_allows(found.category, found.type)
        assert found.type == found.alternatives[0]


@pytest.mark.parametrize(
    "unit", ["<script", "<!--", "<a href=", '<a href="', "<a href='x' ", "<!---->", "&", "<html>", "<", "[dot]", '"']
)  # fmt: skip
def test_hostile_page_is_parsed_in_bounded_time(unit: str) -> None:
    page = "<html>" + unit * (1_000_000 // len(unit))
    started = time.process_time()
    detect(page)
    assert time.process_time() - started < 10
