"""Filling the store through the API that everyone uses: one event a request, on two connections."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from bench.client import Client
from bench.corpus import Corpus

SENDERS = 2
WAITING = 4 * SENDERS


def load(url: str, key: str, corpus: Corpus, attributes: int) -> float:
    """Store events of `attributes` attributes together; returns seconds."""
    own = threading.local()

    def send(body: bytes) -> None:
        if not hasattr(own, "client"):
            own.client = Client(url, key)
        own.client.post("/events/add/metadata:1", body, keep=False)

    started = time.perf_counter()
    pending: deque[Future[None]] = deque()
    with ThreadPoolExecutor(SENDERS) as pool:
        for body in _bodies(corpus, attributes):
            pending.append(pool.submit(send, body))
            if len(pending) > WAITING:
                pending.popleft().result()
        for sent in pending:
            sent.result()
    return time.perf_counter() - started


def _bodies(corpus: Corpus, total: int) -> Iterator[bytes]:
    done, shown = 0, 0
    for event in corpus.events(total):
        done += len(event["Attribute"])
        if done - shown >= 100_000:
            shown = done
            print(f"  {done:,} of {total:,} attributes sent", flush=True)
        yield msgspec.json.encode(event)
