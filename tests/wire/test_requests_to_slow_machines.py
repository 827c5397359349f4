"""Requests that wait for another machine delay nobody, and their number is limited."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.exchange.servers import Running, serving
from tests.factories import make_key, make_organisations, make_user
from tests.factories.seed import Seed
from tests.support.processes import wait_until
from tests.support.web_server import running_web_server
from tests.wire.raw import Raw
from vardkase.config.gateway.lanes import MOST_BLOCKED

CLIENTS = MOST_BLOCKED + 4


@contextmanager
def never_answering() -> Iterator[Running]:
    over = threading.Event()

    def hold(_: BaseHTTPRequestHandler) -> None:
        over.wait(60)

    try:
        with serving(hold) as slow:
            yield slow
    finally:
        over.set()


def test_requests_waiting_for_slow_pages_delay_nobody(server_seed: Seed, tmp_path: Path) -> None:
    """From many organisations, since a single one is limited to its share of the threads anyway."""
    with (
        never_answering() as slow,
        running_web_server(tmp_path, VARDKASE_PAGE_NETWORKS="127.0.0.0/8") as server,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        askers = []
        for org in make_organisations(*(f"Organisation {n}" for n in range(CLIENTS))):
            asker = Raw(server.url, make_key(make_user(org, server_seed.analyst.user.role)))
            status, event = asker.post("/events/add", {"info": "On the web"})
            assert status == 200
            askers.append((asker, f"/event_reports/importReportFromUrl/{event['Event']['id']}"))
        asked = [threads.submit(asker.post, path, {"url": slow.url}) for asker, path in askers]
        wait_until(lambda: len(slow.requests) == MOST_BLOCKED, 30)
        assert Raw(server.url, server_seed.stranger.key).get("/servers/getVersion")[0] == 200
        assert [each for each in asked if not each.done()], "the request was delayed by the others"
        answers = [each.result() for each in asked]
    assert {status for status, _ in answers} == {403}
    assert any("is already waiting for many others" in str(answer) for _, answer in answers)
