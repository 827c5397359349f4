"""Background jobs: the queues, and the name of a worker process in the database."""

from __future__ import annotations

import logging
import os
import platform
import re

from vardkase.core.errors import VardkaseError

QUEUES = ("default",)
"""procrastinate's queues that the worker listens to; jobs name another only for a reason."""

WORKER_NAME = re.compile(r"vardkase worker (\d+)@(.+)")
LONGEST_MACHINE = 30
"""PostgreSQL cuts an application's name at 63 bytes."""


def worker_name() -> str:
    return f"vardkase worker {os.getpid()}@{this_machine()}"


def this_machine() -> str:
    return platform.node()[:LONGEST_MACHINE]


class ExpectedFailures(logging.Filter):
    """Logs foreseen errors, such as an unreachable feed, in one line without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, VardkaseError):
            record.msg, record.args = f"{record.getMessage()}: {error.wire or type(error).__name__}", ()
            record.exc_info = None
        return True
