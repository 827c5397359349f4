"""Running asynchronous code in a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connections


def waited_for[T](work: Callable[..., Awaitable[T]], *args: Any) -> T:
    """The result of `work`, run in its own thread: in the test's, Playwright may keep a loop running.

    The thread has its own database connection, and sees only what is committed.
    """
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(_run, work, *args).result()


def _run[T](work: Callable[..., Awaitable[T]], *args: Any) -> T:
    try:
        return async_to_sync(work)(*args)
    finally:
        connections.close_all()
