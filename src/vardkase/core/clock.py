"""The only place that reads the wall clock, in the units MISP uses on the wire."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from django.utils import timezone


def now_seconds() -> int:
    return int(time.time())


def now_in_whole_seconds() -> datetime:
    return datetime.fromtimestamp(now_seconds(), UTC)


def today() -> date:
    """The current date in the installation's time zone."""
    return timezone.localdate(now_in_whole_seconds())
