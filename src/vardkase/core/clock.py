"""The one place that reads the wall clock, in the units MISP uses on the wire."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from django.utils import timezone


def now_seconds() -> int:
    """Unix time in whole seconds, as in MISP's ``timestamp``."""
    return int(time.time())


def today() -> date:
    """The date where this installation is."""
    return timezone.localdate(datetime.fromtimestamp(now_seconds(), UTC))
