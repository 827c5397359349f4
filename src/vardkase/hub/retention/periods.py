"""When something is due."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last day of that month."""
    local = timezone.localtime(moment)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    if year < 1:
        return local.replace(year=1, month=1, day=2)
    for day in range(local.day, local.day - 4, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(f"{year}-{month + 1} has no day near {local.day}")
