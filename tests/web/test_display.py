"""How values, times and numbers are displayed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from vardkase.misp.values.defang import defang
from vardkase.web.ui import display

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("url", "https://a.example.com/x.html?b=c.d", "hxxps://a[.]example[.]com/x.html?b=c.d"),
        ("url", "HTTP://user@a.example/", "hxxp://user@a[.]example/"),
        ("url", "a.example/x", "a[.]example/x"),
        ("domain", "a.example", "a[.]example"),
        ("domain|ip", "a.example|192.0.2.1", "a[.]example|192.0.2.1"),
        ("email-src", "x.y@a.example", "x.y@a[.]example"),
        ("email-dst", "x.y@a.example", "x.y@a.example"),
        ("ip-dst", "192.0.2.1", "192.0.2.1"),
        ("link", "https://a.example/", "https://a.example/"),
        ("text", "see a.example", "see a.example"),
    ],
)
def test_defang(kind: str, value: str, shown: str) -> None:
    assert defang(value, kind) == shown


def test_letters_of_other_scripts_are_detected() -> None:
    assert display.foreign_letters("norrv\u0456k.example") == {"\u0456"}
    assert display.foreign_letters("norrvik.example") == frozenset()
    assert display.foreign_letters("räksmörgås.example") == frozenset(), "Swedish letters are Latin"
    assert display.punycode("norrv\u0456k.example", "domain") == "xn--norrvk-tvf[.]example"
    assert display.punycode("norrvik.example", "domain") == ""


def test_invisible_characters_become_symbols() -> None:
    cut = display.pieces("faktura\u202efdp.exe", marks_scripts=False)
    assert [(piece.kind, piece.text) for piece in cut] == [
        ("text", "faktura"),
        ("symbol", "U+202E"),
        ("text", "fdp.exe"),
    ]


@pytest.mark.parametrize(
    ("when", "swedish", "english"),
    [
        (datetime(2026, 11, 24, 13, 31, tzinfo=UTC), "i dag 14.31", "today 14:31"),
        (datetime(2026, 11, 23, 15, 12, tzinfo=UTC), "i går 16.12", "yesterday 16:12"),
        (datetime(2026, 11, 22, 18, 33, tzinfo=UTC), "22 nov 19.33", "22 Nov 19:33"),
        (datetime(2025, 11, 20, 18, 0, tzinfo=UTC), "20 november 2025", "20 November 2025"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "25 nov 00.30", "25 Nov 00:30"),
    ],
)
def test_short_time(when: datetime, swedish: str, english: str) -> None:
    with translation.override("sv"):
        assert display.short_time(when, NOW) == swedish
    with translation.override("en"):
        assert display.short_time(when, NOW) == english


def test_thousands_separator() -> None:
    with translation.override("sv"):
        assert display.thin(12418) == "12\u202f418"
    with translation.override("en"):
        assert display.thin(12418) == "12,418"


def test_short_and_long_date_are_of_the_hubs_time_zone() -> None:
    late = datetime(2026, 10, 29, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Stockholm"), translation.override("en"):
        assert (display.short_date(late), display.long_date(late)) == ("30 Oct", "30 October 2026")
