"""`/healthz` and `/readyz`, for load balancers and supervisors: answered beside all lanes, and to everybody."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import connections

from vardkase.config.gateway.requests import Scope
from vardkase.hub.instance.readiness import NOT_ANSWERING, readiness

ALIVE, READY = "/healthz", "/readyz"
WITHOUT = b"without="
"""Before a part that the asker can do without: a load balancer sends requests also while no worker runs."""
PATHS = frozenset((ALIVE, READY))
KEPT = 2.0
"""Seconds for which one look answers everybody: strangers cannot keep the database busy."""
PATIENCE = 5.0

type Parts = dict[str, str]


class _Readiness:
    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._known: Parts = {}

    async def parts(self) -> Parts:
        async with self._lock:
            if time.monotonic() >= self._until:
                loop = asyncio.get_running_loop()
                try:
                    self._known = await asyncio.wait_for(loop.run_in_executor(None, _looked), PATIENCE)
                except TimeoutError:
                    self._known = NOT_ANSWERING
                self._until = time.monotonic() + KEPT
        return self._known


_readiness = _Readiness()


async def answer(scope: Scope, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    parts = {"process": "ok"} if scope["path"] == ALIVE else await _readiness.parts()
    body = json.dumps(parts).encode() + b"\n"
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", str(len(body)).encode()),
        (b"Cache-Control", b"no-store"),
    ]
    spared = scope["query_string"].removeprefix(WITHOUT).decode("latin-1")
    status = 200 if all(state == "ok" for part, state in parts.items() if part != spared) else 503
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _looked() -> Parts:
    try:
        return readiness()
    finally:
        connections.close_all()  # The threads of the executor are many, and the database's connections few.
