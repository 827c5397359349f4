"""Stores several events concurrently: while the database writes one, the next is parsed and validated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

LANES = 2
"""More would wait for the same interpreter, and for the row locks of new organisations and tags."""
MANY = 50
"""From this many events on, lanes are worth their connections; fewer are stored in the calling thread."""


@contextmanager
def lanes(events: int) -> Iterator[Executor]:
    """The executor for this many events. At the end of the block, started work finishes and the rest is
    dropped."""
    if events < MANY:
        yield _CallingThread()
        return
    opened: list[BaseDatabaseWrapper] = []
    pool = ThreadPoolExecutor(LANES, "lane", initializer=_share_connection, initargs=(opened,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        for connection in opened:
            connection.close()


def _share_connection(opened: list[BaseDatabaseWrapper]) -> None:
    # Shared, so that `lanes` can close it: a connection otherwise belongs to the thread that opened it.
    own = connections["default"]
    own.inc_thread_sharing()
    opened.append(own)


class _CallingThread(Executor):
    """An executor that runs everything immediately in the calling thread."""

    def submit[**Given, Result](
        self, work: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as fault:  # noqa: BLE001 - `Future.result` raises it
            done.set_exception(fault)
        return done
