"""The web server process: granian, one worker a core. Run as `python -m vardkase.config.server`."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# Imported once here: forked workers share it, and start at once.
from vardkase.config.wsgi import application
from vardkase.core.database import die_with_parent

BLOCKING_THREADS = 2
MAIN_PROCESS = "VARDKASE_WEB_PROCESS"
"""Names the process that forks the workers, so that a worker can tell when it is gone before the worker looked."""
_WSGI = application


def worker_application() -> object:
    """Make the application of one worker: granian calls it there, right after the fork.

    A worker outlives its parent only when that was killed, and is killed then: until granian has set the worker's
    own handlers, a gentler signal is swallowed by those it has from the parent.
    """
    die_with_parent(signal.SIGKILL, parent=int(os.environ[MAIN_PROCESS]))()
    return _WSGI


def serve(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ[MAIN_PROCESS] = str(os.getpid())
    gc.collect()
    gc.freeze()  # What is loaded by now stays shared between the workers.
    Granian(
        "vardkase.config.server:worker_application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def main() -> None:
    """Read the command line of the process."""
    parser = argparse.ArgumentParser(description="The web server process of Vårdkase.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--wait", action="store_true", help="Load, then wait for the end of standard input.")
    options = parser.parse_args()
    if options.wait:
        sys.stdin.read()
    serve(options.host, options.port, options.workers)


if __name__ == "__main__":
    main()
