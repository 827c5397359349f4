"""Background work: the queues, and how a worker process names itself to the database."""

from __future__ import annotations

import os
import platform
import re

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
