"""Where a period of the law ends: lagen (1930:173) om beräkning av lagstadgad tid."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from vardkase.hub.law.kinds import Deadline, LegalRuleKind, PeriodUnit, packaged
from vardkase.hub.law.working_days import ends_at, is_working_day, last_day


def period(number: int, unit: PeriodUnit) -> Deadline:
    return Deadline(
        title_sv="Tid", title_en="Period", number=number, unit=unit, counted_from="service", provision="fl_44"
    )


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2025-06-06", "2026-06-19",
        "2026-12-24", "2026-12-25", "2026-12-31", "2026-11-28", "2026-11-29", "2027-06-25", "2028-06-23",
    ],
)  # fmt: skip
def test_no_period_ends_on_holiday_or_weekend(holiday: str) -> None:
    assert not is_working_day(date.fromisoformat(holiday))


@pytest.mark.parametrize(
    "day", ["2026-04-02", "2026-05-15", "2026-06-18", "2026-12-23", "2026-12-30", "2026-06-26"]
)
def test_days_around_holidays_are_working_days(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("start", "number", "unit", "end"),
    [
        ("2026-11-30", 3, PeriodUnit.WEEKS, "2026-12-21"),
        ("2026-12-03", 3, PeriodUnit.WEEKS, "2026-12-28"),  # Christmas Eve, three holidays and a weekend.
        ("2026-11-30", 3, PeriodUnit.MONTHS, "2027-03-01"),  # February has no 30th; the 28th is a Sunday.
        ("2026-08-31", 1, PeriodUnit.MONTHS, "2026-09-30"),
        ("2026-05-29", 3, PeriodUnit.WEEKS, "2026-06-22"),  # Midsummer Eve.
        ("2026-03-27", 7, PeriodUnit.DAYS, "2026-04-07"),  # Good Friday to Easter Monday.
    ],
)
def test_period_ends_on_same_day_or_next_working_day(
    start: str, number: int, unit: PeriodUnit, end: str
) -> None:
    assert last_day(period(number, unit), date.fromisoformat(start)) == date.fromisoformat(end)


def test_hours_run_by_the_clock_and_prompt_has_no_day() -> None:
    friday = datetime(2026, 12, 25, 20, tzinfo=UTC)
    assert ends_at(period(72, PeriodUnit.HOURS), friday) == datetime(2026, 12, 28, 20, tzinfo=UTC)
    assert ends_at(period(0, PeriodUnit.PROMPT), friday) is None
    # A day is over at midnight here, an hour before it is in Greenwich.
    assert ends_at(period(1, PeriodUnit.WEEKS), datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == datetime(
        2026, 12, 8, 22, 59, 59, 999999, tzinfo=UTC
    )


def test_every_packaged_rule_rests_on_a_packaged_provision() -> None:
    known = packaged(LegalRuleKind.PROVISION)
    for kind in (LegalRuleKind.DEADLINE, LegalRuleKind.QUESTION):
        for content in packaged(kind).values():
            assert getattr(content, "provision") in known  # noqa: B009  # The union has kinds without one.
