"""The one place that reads the wall clock, in the units MISP uses on the wire."""

from __future__ import annotations

import time


def now_seconds() -> int:
    """Unix time in whole seconds, as in MISP's ``timestamp``."""
    return int(time.time())
