"""A real misp-modules server, with its own modules and a few of ours."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.ports import free_port
from vardkase.core.database import die_with_parent

OWN = Path(__file__).parents[1] / "exchange" / "own_modules"
TIMEOUT = 120.0


@contextlib.contextmanager
def running_modules(folder: Path) -> Iterator[str]:
    """The URL of a server that runs for the length of a block."""
    port = free_port()
    log = folder / "modules.log"
    command = [sys.executable, "-m", "misp_modules", "-l", "127.0.0.1", "-p", str(port), "-c", str(OWN)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
    try:
        _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            with contextlib.closing(asking):
                asking.request("GET", "/healthcheck")
                if asking.getresponse().status == 200:
                    return
        time.sleep(0.1)
    raise RuntimeError(f"The module server did not answer: {log.read_text(errors='replace')[-3000:]}")
