"""Times: restSearch's relative times, and first and last seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardkase.misp.time import parse_moment, parse_seen, parse_time_filter, read_date, render_seen

NOW = int(datetime(2026, 11, 25, 12, 0, tzinfo=UTC).timestamp())
DAY = 86_400
MIDNIGHT = NOW - DAY // 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1700000000", 1_700_000_000),
        ("0", 0),
        ("5d", NOW - 5 * DAY),
        ("12H", NOW - DAY // 2),
        ("30m", NOW - 1800),
        ("90s", NOW - 90),
        ("now", NOW),
        ("today", MIDNIGHT),
        ("Yesterday", MIDNIGHT - DAY),
        ("2023-11-14", 1_699_920_000),
        ("2023-11-14T01:00:00+01:00", 1_699_920_000),
        ("14 November 2023", 1_699_920_000),
        ("nope", None),
        ("", None),
        ("1.5", None),
        ("2023-11-14 10:00 EST", None),
    ],
)
def test_parse_moment(text: str, moment: int | None) -> None:
    assert parse_moment(text, NOW) == moment


def test_time_filter_accepts_any_json_value() -> None:
    assert parse_time_filter(1_700_000_000, NOW) == parse_time_filter(1.7e9, NOW) == 1_700_000_000
    for nonsense in ("nope", True, None, [], {}, ""):
        assert parse_time_filter(nonsense, NOW) == NOW + 1


@given(st.text() | st.from_regex(r"[0-9dhms:./+ T-]{1,30}"))
def test_parser_handles_any_text(text: str) -> None:
    moment = parse_moment(text, NOW)
    assert moment is None or isinstance(moment, int)


@given(st.datetimes(timezones=st.just(UTC)))
def test_seen_round_trip(moment: datetime) -> None:
    microseconds = parse_seen(moment.isoformat(), NOW)
    assert datetime.fromisoformat(render_seen(microseconds)) == moment
    assert parse_seen(render_seen(microseconds), NOW) == microseconds


def test_relative_dates_are_rejected() -> None:
    assert read_date("-1") is None
    assert read_date("may") is None
    assert read_date("Jan 5 2021") == datetime(2021, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", [0, 1_700_000_000, "1700000000", "12", False, None, "nope", "2024-13-01"])
def test_first_seen_rejects_numbers(value: object) -> None:
    with pytest.raises(ValueError):
        parse_seen(value, NOW)
