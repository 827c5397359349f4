"""Thread pools that run Django, in separate lanes for pages, the API and large documents."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator

from django.db import connections

from vardkase.config.gateway.clients import Client
from vardkase.core.bounded_blocking import TooManyBlockedThreads, join_pool
from vardkase.core.database.postgresql.base import limit_statements
from vardkase.core.problems import CommonProblem

LONG = 1.0
"""Seconds after which work is long, and a thread is added for what waits behind it."""
IDLE = 30.0
"""Seconds until an added thread ends for want of work."""
MOST_BLOCKED = 8
"""Threads of a lane that may wait for other machines or processes at once."""

type Work = Callable[[], None]


class Lane:
    """Threads that take work in the order in which it comes; each keeps its database connection.

    Exports and answers to slow readers take minutes. `most` threads bound how many are made at once. The group of a
    client has at most `share` of them, and each member `member_share`, with what they have in the queue: the rest of
    their work waits for its own to end, and the members of a group take turns. Threads that wait for other machines
    do not count. A lane of one thread, for documents, may take as long as it needs.
    """

    def __init__(
        self, name: str, threads: int, *, most: int, share: int, member_share: int, seconds: int
    ) -> None:
        self.name = name
        self.seconds = seconds
        """How long one request may work, and how long one statement of it in the database may take."""
        self._usual = threads
        self._most = most
        self._share = share
        self._member_share = member_share
        self._work: queue.SimpleQueue[tuple[Client, Work]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._admitted: Counter[str] = Counter()
        self._waiting: dict[str, dict[str, deque[Work]]] = {}
        """By group and member."""
        self._busy_since: dict[int, float] = {}
        self._threads = self._blocked = 0
        for _ in range(threads):
            self._start(self._run)

    def submit(self, client: Client, work: Work) -> None:
        """Run `work`, which must not raise, in one of the threads."""
        with self._lock:
            if not self._has_room(client):
                self._waiting.setdefault(client.group, {}).setdefault(client.member, deque()).append(work)
                return
            self._admit(client)
        self._work.put((client, work))

    def relieve(self) -> None:
        """Add a thread if work is waiting behind long-running work. Call periodically, always from the same
        thread."""
        most = self._most + self._blocked
        if self._threads < most and not self._work.empty() and self._others() < self._usual:
            self._start(self._run_added)

    @contextlib.contextmanager
    def blocked(self) -> Iterator[None]:
        """While the block runs, another thread may take this one's place. Raises TooManyBlockedThreads."""
        with self._lock:
            if self._blocked >= MOST_BLOCKED:
                raise TooManyBlockedThreads(CommonProblem.BUSY())
            self._blocked += 1
        me = threading.get_ident()
        # As if it had been at work for long, so that `relieve` adds a thread without delay.
        since, self._busy_since[me] = self._busy_since[me], -math.inf
        try:
            yield
        finally:
            self._busy_since[me] = since
            with self._lock:
                self._blocked -= 1

    def _others(self) -> int:
        now = time.monotonic()
        # A copy: other threads add and remove entries without the lock.
        return self._threads - sum(now - since > LONG for since in list(self._busy_since.values()))

    def _start(self, run: Callable[[], None]) -> None:
        with self._lock:
            self._threads += 1
        threading.Thread(target=run, name=f"{self.name} {self._threads}", daemon=True).start()

    def _run(self) -> None:
        self._join()
        while True:
            self._do(*self._work.get())

    def _run_added(self) -> None:
        self._join()
        with contextlib.suppress(queue.Empty):
            while self._others() <= self._usual:
                self._do(*self._work.get(timeout=IDLE))
        connections.close_all()
        with self._lock:
            self._threads -= 1

    def _join(self) -> None:
        limit_statements(self.seconds)
        if self._most > 1:
            join_pool(self)

    def _do(self, client: Client, work: Work) -> None:
        me = threading.get_ident()
        self._busy_since[me] = time.monotonic()
        work()
        del self._busy_since[me]
        with self._lock:
            for name in (client.group, client.member):
                self._admitted[name] -= 1
                if not self._admitted[name]:
                    del self._admitted[name]  # Or every client that ever came would stay in memory.
            following = self._take_waiting(client.group)
        if following:
            self._work.put(following)

    def _has_room(self, client: Client) -> bool:
        return (
            self._admitted[client.group] < self._share and self._admitted[client.member] < self._member_share
        )

    def _admit(self, client: Client) -> None:
        self._admitted[client.group] += 1
        self._admitted[client.member] += 1

    def _take_waiting(self, group: str) -> tuple[Client, Work] | None:
        """The next waiting work of `group`, of the members in turn; None when none of it may begin."""
        waiting = self._waiting.get(group, {})
        for member in waiting:
            client = Client(group, member)
            if not self._has_room(client):
                continue
            # Removed and added again: the member is now the last of its group.
            works = waiting.pop(member)
            work = works.popleft()
            if works:
                waiting[member] = works
            elif not waiting:
                del self._waiting[group]
            self._admit(client)
            return client, work
        return None
