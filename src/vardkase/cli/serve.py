"""`vardkase serve`: starts and stops database, web server and worker together."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import connection

from vardkase.cli.children import Child, stop_all
from vardkase.cli.exposed_address import EXPOSED, is_exposed
from vardkase.cli.init import Knowledge, prepare
from vardkase.cli.installation import DataDir, choose
from vardkase.cli.output import fail, is_log, note, result, write_as_log
from vardkase.cli.provisioning import claim
from vardkase.cli.stopping import StopRequest
from vardkase.core.backup import pending
from vardkase.core.database import EmbeddedPostgres, embedded_url, uses_external_database
from vardkase.core.telemetry.metrics import forget_former_processes
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

FIRST_ANSWER_PATIENCE = 60.0
HEARTBEAT = 0.2

Port = Annotated[int, typer.Option(help="TCP port to listen on.", min=1, max=65535)]
Host = Annotated[
    str,
    typer.Option(
        envvar="VARDKASE_HOST",
        help="Address to listen on; one that other machines reach only behind a reverse proxy.",
    ),
]
WithWorker = Annotated[
    bool,
    typer.Option("--worker/--no-worker", help="Run background jobs too; `vardkase worker` does elsewhere."),
]
Demo = Annotated[bool, typer.Option("--demo", help="Fill an empty installation with a community to look at.")]


@dataclass(frozen=True, slots=True)
class Extras:
    """What runs beside the web server."""

    demo: bool
    knowledge: bool
    worker: bool


def serve(
    data_dir: DataDir = None,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    demo: Demo = False,
    knowledge: Knowledge = True,
    worker: WithWorker = True,
) -> None:
    """Start everything and print the address. Ctrl-C stops everything."""
    write_as_log()
    chosen = choose(data_dir)
    # Not the setting: settings can be loaded only when the database runs.
    proxies = os.environ.get("VARDKASE_TRUSTED_PROXIES", "").strip()
    if is_exposed(host, int(proxies) if proxies.isdecimal() else 0):
        raise fail(EXPOSED % {"host": host})
    if left := pending.left(chosen):
        raise fail(f"{' '.join(left)} Readers are let in after that: `vardkase restored --open`.")
    address = _reachable(host)
    url = f"http://{f'[{address}]' if ':' in address else address}:{port}/"
    with claim(chosen, url) as holder:
        if holder is not None:
            raise fail(f"Vårdkase already runs on {chosen}: {holder}")
        _refuse_taken_port(host, port)
        _run(chosen, host, port, url, Extras(demo=demo, knowledge=knowledge, worker=worker))


def _run(data_dir: Path, host: str, port: int, url: str, extras: Extras) -> None:
    stop = StopRequest()
    forget_former_processes()
    made: dict[str, Any] = {}
    children: list[Child] = []
    database = None if uses_external_database() else EmbeddedPostgres(data_dir, announce=note)

    def prepare_beside_web() -> None:
        # The web server loads its code while the schema is looked at, and waits to be released.
        web = ("vardkase.config.server", "--wait", "--host", host, "--port", str(port))
        children.append(Child("web", *web, database_url=_url_of(database), held=True))
        made.update(prepare())

    try:
        with stop.interrupting():
            if database:
                database.start(prepare_beside_web)
            else:
                prepare_beside_web()
        # This process only watches from now on: an idle connection would be one fewer for the web server.
        connection.close()
        children[0].release()
        if not stop.requested and _answers(children[0], host, port, stop):
            _announce(url, made)
            children += _background(_url_of(database), extras)
            _watch(database, children, stop)
    except KeyboardInterrupt:
        return
    finally:
        stop_all(children)
        if database:
            database.stop()


def _background(database_url: str, extras: Extras) -> Iterator[Child]:
    start = partial(Child, database_url=database_url)
    if extras.worker:
        yield start("worker", "vardkase.cli.main", "worker")
    if extras.demo:
        note(
            "The demonstration is filled now, which takes one to three minutes; its people are printed then."
        )
        yield start("demo", "vardkase.cli.main", "demo", "--as-log", once=True)
    if extras.knowledge:
        yield start("knowledge", "vardkase.cli.main", "knowledge", "update", "--quiet", "--as-log", once=True)


def _url_of(database: EmbeddedPostgres | None) -> str:
    return embedded_url(database.layout.data_dir) if database else ""


def _announce(url: str, made: dict[str, Any]) -> None:
    answers = f"Vårdkase answers at {url}"
    # People look for it on standard output, and a log collector on standard error.
    note(answers) if is_log() else typer.echo(answers)
    if made:
        typer.echo("The first administrator; password and key are shown this once:")
        result(made, as_json=False)
    sys.stdout.flush()


def _watch(database: EmbeddedPostgres | None, children: list[Child], stop: StopRequest) -> None:
    while not stop.requested:
        time.sleep(HEARTBEAT)
        if database and database.revive():
            note("The database had gone and was started again.", "WARNING")
        for child in children:
            child.revive()
            if database and child.has_just_finished():
                database.release_log()


def _answers(web: Child, host: str, port: int, stop: StopRequest) -> bool:
    """Wait until the first page can be served; False if asked to stop meanwhile. Any response counts as
    served."""
    deadline = time.monotonic() + FIRST_ANSWER_PATIENCE
    while time.monotonic() < deadline:
        if stop.requested:
            return False
        if not web.alive():
            raise fail("the web server stopped while starting; its last lines are above.")
        with contextlib.suppress(OSError, http.client.HTTPException):
            client = http.client.HTTPConnection(_reachable(host), port, timeout=10)
            client.request("GET", "/servers/getVersion", headers={"Accept": "application/json"})
            client.getresponse()
            return True
        time.sleep(0.03)
    raise fail(f"the web server gave no answer within {FIRST_ANSWER_PATIENCE:.0f} seconds.")


def _reachable(host: str) -> str:
    """The address to open for a server that listens on `host`: a wildcard address cannot be opened."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the web server does: connections that linger from the last run are no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise fail(
                f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port."
            ) from None
