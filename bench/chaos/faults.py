"""The faults: each breaks something for a moment, by a seeded generator, and mends it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.asking import Asking
from bench.chaos.peers import Peer
from bench.chaos.people import People
from bench.chaos.site import CLOCK, EMBEDDED, EXTERNAL, POSTGRES, WEB, WORKER, Site, parent
from bench.memory import descendants
from vardkase.core.database.layout import HUB_ROLE

HALF_REQUESTS = 400
MOST_DATABASE_CONNECTIONS = 220
HEADROOM = 256 * 1024
"""Bytes that a full disk still has."""
HOUR, DAY = 3600, 86_400
JUMPS = (-DAY, -HOUR, -90, 90, HOUR, DAY, 40 * DAY)


@dataclass(slots=True)
class Scene:
    """What a fault works on."""

    site: Site
    people: People
    slow_peer: Peer
    rng: random.Random
    drained_at: float = 0.0
    """When `serve` was asked to stop (`time.monotonic`)."""

    def pause(self, least: float = 0.3, most: float = 1.5) -> None:
        time.sleep(self.rng.uniform(least, most))


@dataclass(frozen=True, slots=True)
class Fault:
    """`cuts`: requests may go unanswered. `whole_disk`: needs a disk that may be filled."""

    name: str
    site: str
    strike: Callable[[Scene], None]
    cuts: bool = False
    whole_disk: bool = False


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _kill_one(kind: str) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        kill([scene.rng.choice(pids)] if (pids := scene.site.pids(kind)) else [])
        scene.pause()

    return strike


def _kill_web_master(scene: Scene) -> None:
    kill([parent(pid) for pid in scene.site.pids(WEB)][:1])
    scene.pause()


def _postmaster(site: Site) -> int:
    """The first, of whom the others are children."""
    pids = site.pids(POSTGRES)
    return next((pid for pid in pids if parent(pid) not in pids), 0)


def _kill_postmaster(scene: Scene) -> None:
    kill([pid] if (pid := _postmaster(scene.site)) else [])
    scene.pause()


def _kill_database_process(scene: Scene) -> None:
    first = _postmaster(scene.site)
    kill(
        [scene.rng.choice(others)] if (others := [pid for pid in descendants(first) if pid != first]) else []
    )
    scene.pause()


def _kill_everything(scene: Scene) -> None:
    process = scene.site.process
    assert process
    kill(descendants(process.pid))
    process.wait(30)
    assert scene.site.is_gone(), f"{scene.site.left()} outlived the hub"
    scene.site.start()


def _drain(scene: Scene) -> None:
    scene.drained_at = time.monotonic()
    code = scene.site.stop()
    assert code == 0, f"serve ended with {code}"
    assert scene.site.is_gone(), f"{scene.site.left()} outlived the hub"
    scene.site.start()


def _restart_embedded(scene: Scene) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(_postmaster(scene.site), signal.SIGINT)
    scene.pause()


def _freeze_database(scene: Scene) -> None:
    pids = scene.site.pids(POSTGRES)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number == signal.SIGSTOP:
            scene.pause(1, 3)


def _fill_disk(scene: Scene) -> None:
    ballast = scene.site.folder / "ballast"
    try:
        with ballast.open("wb") as file:
            for _ in range(3):  # What was freed meanwhile is taken too.
                free = os.statvfs(scene.site.folder)
                size = free.f_bavail * free.f_frsize - HEADROOM
                with contextlib.suppress(OSError):  # The hub may have been faster.
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(size, 1))
                scene.pause(0.3, 0.8)
    finally:
        ballast.unlink(missing_ok=True)


def _read_only(scene: Scene) -> None:
    _setting(scene.site, "ALTER SYSTEM SET default_transaction_read_only = on")
    try:
        scene.pause(0.7, 2)
    finally:
        _setting(scene.site, "ALTER SYSTEM RESET default_transaction_read_only")


def _setting(site: Site, statement: str) -> None:
    with site.connect() as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(statement)
        connection.execute("SELECT pg_reload_conf()")


def _delay_database(scene: Scene) -> None:
    assert scene.site.proxy
    scene.site.proxy.delay = scene.rng.choice((0.005, 0.05, 0.2))
    scene.pause(1, 3)
    scene.site.proxy.delay = 0.0


def _cut_connections(scene: Scene) -> None:
    assert scene.site.proxy
    for _ in range(3):
        scene.site.proxy.cut()
        scene.pause(0.1, 0.4)


def _restart_external(scene: Scene) -> None:
    scene.site.restart_database()


def _take_all_connections(scene: Scene) -> None:
    taken: list[psycopg.Connection[Any]] = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            while len(taken) < MOST_DATABASE_CONNECTIONS:
                taken.append(scene.site.connect(HUB_ROLE))
        scene.pause()
    finally:
        for connection in taken:
            connection.close()


def _half_requests(scene: Scene) -> None:
    opened: list[socket.socket] = []
    try:
        for _ in range(HALF_REQUESTS):
            opened.append(socket.create_connection(("127.0.0.1", scene.site.port), timeout=10))
            opened[-1].sendall(b"POST /events/add HTTP/1.1\r\nHost: hub\r\nContent-Length: 999999\r\n\r\n{")
        scene.pause(0.5, 2)
    finally:
        for each in opened:
            each.close()


def _slow_peer(scene: Scene) -> None:
    scene.slow_peer.drips = True
    asking = Asking(scene.site.url, scene.people.administrator)
    said = asking.api("POST", f"/servers/pull/{scene.people.slow_peer}/full", {})
    assert said.is_done(), said.shown()
    scene.pause(2, 4)
    scene.slow_peer.drips = False
    asking.close()


def _jump(scene: Scene) -> None:
    scene.site.set_clock(scene.rng.choice(JUMPS))
    scene.pause(2, 4)
    scene.site.set_clock(0)
    scene.pause(1, 1.5)


FAULTS = (
    Fault("kill -9 of a web process", EMBEDDED, _kill_one(WEB), cuts=True),
    Fault("kill -9 of the web processes’ parent", EMBEDDED, _kill_web_master, cuts=True),
    Fault("kill -9 of the worker", EMBEDDED, _kill_one(WORKER)),
    Fault("kill -9 of the postmaster", EMBEDDED, _kill_postmaster),
    Fault("kill -9 of a PostgreSQL process", EMBEDDED, _kill_database_process),
    Fault("kill -9 of everything", EMBEDDED, _kill_everything, cuts=True),
    Fault("SIGTERM, and a new start", EMBEDDED, _drain, cuts=True),
    Fault("disk full", EMBEDDED, _fill_disk, whole_disk=True),
    Fault("database stops and comes back", EMBEDDED, _restart_embedded),
    Fault("database hangs", EMBEDDED, _freeze_database),
    Fault("400 half requests", EMBEDDED, _half_requests),
    Fault("slow peer", EMBEDDED, _slow_peer),
    Fault("database read-only", EXTERNAL, _read_only),
    Fault("database slow", EXTERNAL, _delay_database),
    Fault("database connections cut", EXTERNAL, _cut_connections),
    Fault("database restarted", EXTERNAL, _restart_external),
    Fault("no database connection left", EXTERNAL, _take_all_connections),
    Fault("clock jumps", CLOCK, _jump),
)
