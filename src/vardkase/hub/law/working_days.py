"""Swedish working days, and where a period ends.

Lagen (1930:173) om beräkning av lagstadgad tid; lagen (1989:253) om allmänna helgdagar.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from vardkase.hub.law.kinds import Deadline, PeriodUnit

SATURDAY = 5
FIXED = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
"""Month and day of the holidays with a date of their own, with Christmas Eve and New Year's Eve (2 § 1930:173)."""
FROM_EASTER = {-2, 1, 39}
"""Good Friday, Easter Monday and Ascension Day in days from Easter Day; the others fall on a Sunday."""


def is_working_day(day: date) -> bool:
    if day.weekday() >= SATURDAY or (day.month, day.day) in FIXED:
        return False
    if (day - easter(day.year)).days in FROM_EASTER:
        return False
    # Midsummer Eve: the Friday of 19–25 June. Midsummer Day and All Saints' Day are Saturdays.
    return not (day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4)


def next_working_day(day: date) -> date:
    """`day` itself if it is one."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def last_day(deadline: Deadline, start: date) -> date | None:
    """The last day of the period, extended to a working day; None if no day can be named, or it is by the clock.

    A period in weeks or months ends on the day of the same name or number, or on the last of a shorter month.
    """
    match deadline.unit:
        case PeriodUnit.DAYS:
            return next_working_day(start + timedelta(days=deadline.number))
        case PeriodUnit.WEEKS:
            return next_working_day(start + timedelta(weeks=deadline.number))
        case PeriodUnit.MONTHS:
            return next_working_day(start + relativedelta(months=deadline.number))
    return None


def ends_at(deadline: Deadline, start: datetime) -> datetime | None:
    """When the period is over: by the clock for hours, else at the end of its last day here; None if none is set."""
    if deadline.unit == PeriodUnit.HOURS:
        return start + timedelta(hours=deadline.number)
    last = last_day(deadline, timezone.localdate(start))
    return timezone.make_aware(datetime.combine(last, time.max)) if last else None
