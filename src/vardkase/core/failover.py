"""Reading again after the database has failed over to another server."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from vardkase.core.outages import lost_connection
from vardkase.core.retries import FAILOVER


def repeated_after_failover[Result](work: Callable[[], Result], may_repeat: Callable[[], bool]) -> Result:
    """Run `work`, and again while it loses the database and `may_repeat`."""
    failures = 0
    while True:
        failures += 1
        try:
            return work()
        except Exception as error:
            if connection.in_atomic_block or not lost_connection(error) or not may_repeat():
                raise
            if (pause := FAILOVER.delay(failures)) is None:
                raise
        connection.close()
        time.sleep(pause)
