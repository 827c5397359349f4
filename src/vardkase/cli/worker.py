"""`vardkase worker`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, choose, opened
from vardkase.cli.output import fail, write_as_log
from vardkase.core.backup import pending
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

# Running jobs get this long to finish when the worker is asked to stop; what is cut off is tried again.
GRACE = 10.0

Concurrency = Annotated[int, typer.Option(min=1, help="How many jobs run at the same time.")]


def worker(data_dir: DataDir = None, concurrency: Concurrency = 2) -> None:
    """Run background jobs until stopped. `serve` starts a worker itself."""
    write_as_log()
    if left := pending.left(choose(data_dir)):
        raise fail(f"{' '.join(left)} Jobs run after that: `vardkase restored --open`.")
    with opened(data_dir):
        from django.db import connection

        from vardkase.cli.job_loop import run_jobs
        from vardkase.core.jobs import worker_name
        from vardkase.exchange.streams.worker import deliver_until
        from vardkase.hub.audit_log.worker import deliver_until as deliver_checkpoints_until
        from vardkase.hub.audit_log.worker import seal_until
        from vardkase.hub.instance.starts import HubProcess, record_start

        connection.close()  # What is opened from here on carries the worker's name.
        connection.settings_dict["OPTIONS"]["application_name"] = worker_name()
        record_start(HubProcess.WORKER)
        with (
            beside(deliver_until),
            beside(deliver_checkpoints_until),
            beside(seal_until),  # Ends first: what it signs last is then delivered.
        ):
            run_jobs(concurrency, GRACE)


@contextmanager
def beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` in a thread for the duration of a block; its event is set at the end."""
    stop = threading.Event()
    # A daemon: a delivery that hangs must not keep the process from ending.
    thread = threading.Thread(target=work, args=(stop,), name=work.__name__, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(GRACE)
