"""Metrics of all processes of this machine, which the web server's metrics listener adds up.

Each process writes its numbers into files of the data folder (prometheus_client's multi-process mode), and only where
`VARDKASE_METRICS` asks for a listener. Labels hold names from the code alone, never values from outside.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vardkase.core.database.connection import data_directory

ADDRESS_VARIABLE = "VARDKASE_METRICS"
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def shared_folder() -> Path:
    return data_directory() / "spool" / "metrics"


def _share() -> None:
    if os.environ.get(ADDRESS_VARIABLE, "").strip():
        os.environ.setdefault(FOLDER_VARIABLE, str(shared_folder()))
        shared_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


_share()  # The library decides by the variable, when it is imported, where its numbers are.

from prometheus_client import Counter, Histogram  # noqa: E402

FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
SLOW = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1800, 3600)

REQUESTS = Histogram(
    "vardkase_request_seconds",
    "Seconds from a complete request to the beginning of its answer, waiting included.",
    ["kind", "status"],
    buckets=FAST,
)
JOBS = Histogram("vardkase_job_seconds", "Seconds that jobs ran.", ["task", "outcome"], buckets=SLOW)
SANDBOX = Histogram(
    "vardkase_sandbox_seconds",
    "Seconds that foreign documents took in confined processes.",
    ["program", "outcome"],
    buckets=FAST,
)
OUTGOING = Histogram(
    "vardkase_outgoing_request_seconds",
    "Seconds that requests to other systems took, up to the headers of the answer.",
    ["outcome"],
    buckets=FAST,
)
MAILS = Counter("vardkase_mails", "E-mails that the mail server accepted, deferred or refused.", ["outcome"])


@contextmanager
def timed(histogram: Histogram, label: str) -> Iterator[None]:
    """Time the block as `done` or `failed`."""
    outcome, begun = "failed", time.perf_counter()
    try:
        yield
        outcome = "done"
    finally:
        histogram.labels(label, outcome).observe(time.perf_counter() - begun)


def forget_former_processes() -> None:
    """Remove the numbers of processes that have ended. Only while none of this data folder runs."""
    shutil.rmtree(shared_folder(), ignore_errors=True)
