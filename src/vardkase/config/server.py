"""The web server process: uvicorn with one worker per core. Run as `python -m vardkase.config.server`."""

from __future__ import annotations

import argparse
import gc
import os
import resource
import socket
import sys
import tempfile
from pathlib import Path

import uvicorn
from django.conf import settings

# Imported once here, which sets Django up: forked workers share it, and start at once.
from vardkase.config.wsgi import application

# isort: split
from vardkase.config import metrics_listener
from vardkase.config.gateway.application import Application
from vardkase.config.gateway.listening import ConnectionCounts, Server
from vardkase.config.gateway.processes import Workers
from vardkase.config.gateway.protocol import Connection
from vardkase.core.database.pool import use_pool
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.instance.starts import HubProcess, record_start_beside
from vardkase.hub.profiles import Profile, profile

MOST_WORKERS = 16
BACKLOG = 2048
MOST_CONNECTIONS = 8192
"""Of one worker; those beyond are answered 503."""
KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than those of reverse proxies (nginx: 60), which may use it."""
GRACE = 10
"""Seconds that requests get to finish when the server is asked to stop."""
GIBIBYTE = 1024**3


def serve(listener: socket.socket, workers: int) -> None:
    use_pool()
    gc.freeze()  # What is loaded by now stays shared between the workers.
    counts = ConnectionCounts(workers)
    Workers(workers, lambda worker: run_worker(listener, workers, counts, worker)).watch()


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit it: without, the body of an answer waits for the client to acknowledge its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.set_inheritable(False)
    return listener


def run_worker(listener: socket.socket, workers: int, counts: ConnectionCounts, worker: int) -> None:
    # Limit the allocated memory (RLIMIT_DATA): a request that needs more gets a MemoryError, alone.
    # RLIMIT_AS would also count reserved memory (64 MiB for each thread's heap, mapped files), and a
    # cgroup's limit kills the whole process with everybody else's requests.
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_limit(workers), most))
    sys.unraisablehook = end_without_memory
    # Put this process's temporary files on the data disk: /tmp is in memory on many machines.
    folder = Path(settings.DATA_DIR) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)
    # Each connection is a file; the usual soft limit of 1,024 is fewer than we admit.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    allowed = wanted if most == resource.RLIM_INFINITY else min(most, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if worker == 0 and settings.VARDKASE_METRICS:
        metrics_listener.start(*settings.VARDKASE_METRICS)
    if worker == 0:
        record_start_beside(HubProcess.WEB)
    if profile() is Profile.HUB:
        slots.start()
    config = uvicorn.Config(
        Application(application),
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=MOST_CONNECTIONS,
    )
    Server(config, listener, counts, worker).run()


def memory_limit(workers: int) -> int:
    """The memory limit of one worker in bytes: its share of three quarters of the machine, 1 to 4 GiB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory * 3 // 4 // workers, GIBIBYTE), 4 * GIBIBYTE)


def end_without_memory(unraisable: sys.UnraisableHookArgs) -> None:
    """Exit the process on MemoryError, so that another replaces it: an event loop without memory may miss
    events."""
    if issubclass(unraisable.exc_type, MemoryError):
        os._exit(1)
    sys.__unraisablehook__(unraisable)


def main() -> None:
    parser = argparse.ArgumentParser(description="The web server process of Vårdkase.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, MOST_WORKERS))
    parser.add_argument("--wait", action="store_true", help="Load, then wait for the end of standard input.")
    options = parser.parse_args()
    if options.wait:
        sys.stdin.read()
    serve(listen(options.host, options.port), options.workers)


if __name__ == "__main__":
    main()
