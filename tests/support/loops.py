"""Asynchronous work in a test's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync


def waited_for[T](work: Callable[..., Awaitable[T]], *args: Any) -> T:
    """What `work` comes to. Playwright leaves a loop running in the thread of a worker that had a browser."""
    playwrights = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return async_to_sync(work)(*args)
    finally:
        asyncio._set_running_loop(playwrights)
