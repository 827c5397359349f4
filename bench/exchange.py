"""`python -m bench.exchange`: a pull between two hubs, and a publication that goes to twenty receivers."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from typing import Any

from bench.__main__ import show
from bench.corpus import Corpus
from bench.row import Row
from tests.exchange.hubs import Hub, two_hubs
from tests.exchange.servers import serving

SIZE = 200
"""Attributes of each event."""
RECEIVERS = 20
TIMEOUT = 120.0
VERSION = {"version": "2.5.1", "perm_sync": True, "perm_sighting": True}


def main() -> None:
    """Measure, print the table. Exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.exchange", description=__doc__)
    parser.add_argument("--events", type=int, default=2000, help=f"how many, of {SIZE} attributes each")
    rows = []
    with two_hubs() as (origin, copy):
        for row in _rows(origin, copy, parser.parse_args().events):
            rows.append(row)
            show(row)
    sys.exit(any(row.met is False for row in rows))


def _rows(origin: Hub, copy: Hub, events: int) -> Iterator[Row]:
    corpus = Corpus(seed=1)
    for _ in range(events):
        document = {**_for_everybody(corpus), "published": True}
        origin.client.post("/events/add/metadata:1", document, keep=False)
    name = f"pull of {events:,} events of {SIZE} attributes"
    seconds = _pull(copy)
    yield Row(name, events * SIZE / seconds, "attributes/s", 8000, more_is_better=True)
    yield Row("a second pull with nothing new", _pull(copy), "s", 2)
    yield _published(copy)


def _for_everybody(corpus: Corpus) -> dict[str, Any]:
    """An event of SIZE attributes without its TLP label, which might not allow that it goes everywhere."""
    event = corpus.event(SIZE)
    tags = [tag for tag in event.get("Tag", ()) if not tag["name"].startswith("tlp:")]
    return {**event, "Tag": tags, "distribution": "3"}


def _pull(hub: Hub) -> float:
    started = time.perf_counter()
    hub.pull()
    return time.perf_counter() - started


class Receivers:
    """Instances that take every event, and how many of them have the one that is measured."""

    def __init__(self) -> None:
        self.arrived = threading.Semaphore(0)
        self.uuid = ""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        known = handler.path.startswith("/events/view/")
        answer: object = VERSION if handler.path.startswith("/servers/getVersion") else {}
        if handler.path.endswith("filterEventIdsForPush"):
            answer = [self.uuid]
        content = json.dumps(answer).encode()
        handler.send_response(404 if known else 200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
        if handler.path.startswith("/events/add"):
            self.arrived.release()


def _published(hub: Hub) -> Row:
    """From the request to publish until the last receiver has the event, by the worker that `serve` runs."""
    receivers = Receivers()
    with ExitStack() as stack:
        for number in range(RECEIVERS):
            there = stack.enter_context(serving(receivers))
            _connect(hub, f"Receiver {number}", there.url)
        event = hub.post("/events/add", _for_everybody(Corpus(seed=2)))["Event"]
        receivers.uuid = event["uuid"]
        started = time.perf_counter()
        hub.post(f"/events/publish/{event['id']}")
        for _ in range(RECEIVERS):
            if not receivers.arrived.acquire(timeout=TIMEOUT):
                raise RuntimeError("The event has not reached every receiver.")
        seconds = time.perf_counter() - started
    return Row(f"a publication at {RECEIVERS} receivers", seconds, "s")


def _connect(hub: Hub, name: str, url: str) -> None:
    body = {"name": name, "url": url, "authkey": "A" * 40, "remote_org_id": 1, "push": True}
    hub.post("/servers/add", body)


if __name__ == "__main__":
    main()
