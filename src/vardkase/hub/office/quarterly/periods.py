"""Quarters, and the periods that a quarter is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from vardkase.core.clock import today
from vardkase.core.errors import NotFound
from vardkase.hub.office.problems import OfficeProblem

FIRST_YEAR = 2020
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def until(self) -> datetime:
        """The moment after it."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def period(self) -> Period:
        following = self.later(1)
        return Period(_first_day(self), _first_day(following) - timedelta(days=1))

    @property
    def has_ended(self) -> bool:
        return self.period.last < today()

    def later(self, count: int) -> Quarter:
        index = self.year * QUARTERS + self.number - 1 + count
        return Quarter(index // QUARTERS, index % QUARTERS + 1)


def quarter_named(year: int, number: int) -> Quarter:
    """Raises NotFound for one before the hub could have existed, or that has not begun."""
    wanted = Quarter(year, number)
    if not (1 <= number <= QUARTERS and year >= FIRST_YEAR and wanted <= this_quarter()):
        raise NotFound(OfficeProblem.NO_SUCH_QUARTER())
    return wanted


def this_quarter() -> Quarter:
    day = today()
    return Quarter(day.year, (day.month - 1) // 3 + 1)


def compared(quarter: Quarter) -> Sequence[Period]:
    return [quarter.period, quarter.later(-1).period, quarter.later(-QUARTERS).period]


def compared_days(period: Period) -> Sequence[Period]:
    before = period.first - timedelta(days=1)
    length = period.last - period.first
    return [
        period,
        Period(before - length, before),
        Period(_a_year_before(period.first), _a_year_before(period.last)),
    ]


def _a_year_before(day: date) -> date:
    # 29 February has no day of its own in the year before.
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _first_day(quarter: Quarter) -> date:
    return date(quarter.year, quarter.number * 3 - 2, 1)
