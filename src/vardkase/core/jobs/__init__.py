"""Background work: the queues, and how a worker process names itself to the database."""

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
    """The name of this process on its connections when it is a worker."""
    return f"vardkase worker {os.getpid()}@{this_machine()}"


def this_machine() -> str:
    """What this machine calls itself."""
    return platform.node()[:LONGEST_MACHINE]


class ExpectedFailures(logging.Filter):
    """Says in one line what the code foresaw, such as a feed that cannot be reached: no fault of ours to trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the error's words in the place of its traceback; every record is let through."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, VardkaseError):
            record.msg, record.args = f"{record.getMessage()}: {str(error) or type(error).__name__}", ()
            record.exc_info = None
        return True
