"""Running jobs until asked to stop, across failures of the database."""

from __future__ import annotations

import asyncio
import logging
import signal
import time

from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from vardkase.core.jobs.connector import worker_connector
from vardkase.core.jobs.progress import followed
from vardkase.core.retries import PROCESS
from vardkase.core.stalled_jobs import NEVER

SETTLED_AFTER = 60.0
"""Seconds after which a failure is no longer one in a row."""

logger = logging.getLogger(__name__)


def run_jobs(concurrency: int, grace: float) -> None:
    """Run jobs until SIGTERM or SIGINT, and go on when the database is back after it was lost, as at a failover.

    A job that the loss cut off is taken up again like one whose worker was killed (`core.stalled_jobs`). Running
    jobs get `grace` seconds to end.
    """
    asyncio.run(_until_asked(concurrency, grace))


async def _until_asked(concurrency: int, grace: float) -> None:
    work = asyncio.create_task(_run_again_and_again(concurrency, grace))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop_once, work)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


def _stop_once(work: asyncio.Task[None]) -> None:
    if not work.cancelling():  # A second one would cut off what the first waits for.
        work.cancel()


async def _run_again_and_again(concurrency: int, grace: float) -> None:
    failures = 0
    while True:
        began = time.monotonic()
        try:
            with app.replace_connector(worker_connector()):
                async with app.open_async():
                    await app.run_worker_async(
                        concurrency=concurrency,
                        shutdown_graceful_timeout=grace,
                        stalled_worker_timeout=NEVER,  # It would forget workers by the clock, running jobs included.
                        task_middleware=[followed],
                        install_signal_handlers=False,
                    )
        except ConnectorException as error:
            logger.warning("Jobs: the database is unavailable; trying again: %s", error)
        else:  # It ends by itself, and without an error, when it can no longer listen for new jobs.
            logger.warning("Jobs: the database was lost; trying again.")
        failures = 1 if time.monotonic() - began > SETTLED_AFTER else failures + 1
        await asyncio.sleep(PROCESS.delay(failures) or 0.0)
