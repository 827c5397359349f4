"""A real web server process for tests that need HTTP."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tests.support.database import url_of
from tests.support.ports import free_port
from vardkase.core.database import die_with_parent

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class WebServer:
    """Its address (`url` without a trailing slash), its process, and its output."""

    url: str
    port: int
    pid: int
    log: Path


@contextlib.contextmanager
def running_web_server(folder: Path, **environment: str) -> Iterator[WebServer]:
    """Run the web server on the current connection's database for the length of a block.

    It does not ask for a second factor unless `VARDKASE_REQUIRE_SECOND_FACTOR="true"` is passed.
    """
    settings = connection.settings_dict
    keys = ("USER", "HOST", "NAME", "PASSWORD", "PORT")
    url = url_of(*(str(settings[key]) for key in keys))
    with running_server(folder, **environment, DATABASE_URL=url) as server:
        yield server


@contextlib.contextmanager
def running_server(folder: Path, **environment: str) -> Iterator[WebServer]:
    """The same on the database that `environment` names."""
    port = free_port()
    log = folder / f"web-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "vardkase.config.server", "--port", str(port), "--workers", "1"],
            env={**os.environ, "VARDKASE_REQUIRE_SECOND_FACTOR": "false", **environment},
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
    try:
        _wait_for_answer(process, port, log)
        yield WebServer(f"http://127.0.0.1:{port}", port, process.pid, log)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            with contextlib.closing(asking):
                asking.request("GET", "/servers/getVersion", headers={"Accept": "application/json"})
                asking.getresponse().read()
                return
        time.sleep(0.05)
    raise RuntimeError(f"The web server did not answer: {log.read_text(errors='replace')[-3000:]}")
