"""Clients that write and read without a break, and remember what was acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

ATTRIBUTES = 3
"""Of each event: one with fewer is half of one."""
TIMEOUT = 20.0
PAUSE = 0.05
OUTAGES = frozenset({0, 502, 503})
"""No connection or no answer; none from the web node, says the proxy; an outage, says the hub or the proxy."""


@dataclass
class Answers:
    """What one kind of request met."""

    statuses: Counter[int] = field(default_factory=Counter)
    succeeded: list[float] = field(default_factory=list)
    """When, by the monotonic clock."""
    odd: list[str] = field(default_factory=list)
    """Answers that are neither a success nor a plain outage."""

    def note(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.succeeded.append(time.monotonic())
        elif status not in OUTAGES or (status and not _is_plain_outage(body, headers)):
            self.odd.append(f"{status} {body[:300]!r}")

    def longest_gap(self, since: float) -> float:
        """Seconds between two successes, the second of them after `since`."""
        moments = [moment for moment in self.succeeded if moment >= since]
        before = [moment for moment in self.succeeded if moment < since][-1:] or [since]
        every = [*before, *moments]
        return max((after - earlier for earlier, after in pairwise(every)), default=0.0)


class Load:
    """Writers and readers of the hub at `host`:`port`, for the length of a block."""

    def __init__(self, host: str, port: int, key: str, *, writers: int = 2, readers: int = 2) -> None:
        self._address = (host, port)
        self._headers = {
            "Authorization": key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.missing: list[str] = []
        """Acknowledged, and not there when read again."""
        self.writes, self.reads = Answers(), Answers()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        work = [self._write] * writers + [self._read] * readers
        self._threads = [threading.Thread(target=each, daemon=True) for each in work]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(TIMEOUT + 1)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, dict[str, str]]:
        """Status 0: no answer came."""
        connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, self._headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        except (OSError, http.client.HTTPException):
            return 0, b"", {}
        finally:
            connection.close()

    def _write(self) -> None:
        while not self._stop.wait(PAUSE):
            number = str(uuid.uuid4())
            with self._lock:
                self.sent.add(number)
            status, body, headers = self.ask("POST", "/events/add", _event(number))
            with self._lock:
                self.writes.note(status, body, headers)
                if status == 200:
                    self.acknowledged.add(number)

    def _read(self) -> None:
        while not self._stop.wait(PAUSE):
            with self._lock:
                known = next(iter(self.acknowledged), None)
                if known:  # Another one the next time.
                    self.acknowledged.discard(known)
                    self.acknowledged.add(known)
            if known is None:
                continue
            status, body, headers = self.ask("GET", f"/events/view/{known}")
            with self._lock:
                if status == 404:
                    self.missing.append(known)
                self.reads.note(status, body, headers)


def _event(number: str) -> dict[str, Any]:
    attributes = [
        {"type": "domain", "category": "Network activity", "value": f"{number}-{index}.example"}
        for index in range(ATTRIBUTES)
    ]
    return {
        "Event": {"uuid": number, "info": f"Failover {number}", "distribution": 0, "Attribute": attributes}
    }


def _is_plain_outage(body: bytes, headers: dict[str, str]) -> bool:
    """Of the hub or of the proxy: both speak as MISP does, and say when to come again."""
    try:
        return "retry-after" in headers and {"name", "message", "url"} <= json.loads(body).keys()
    except ValueError:
        return False
