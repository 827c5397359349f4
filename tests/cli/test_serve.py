"""`serve`: one command starts everything, and nothing outlives it."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.client import Client
from bench.instance import WITHOUT_KNOWLEDGE
from tests.support.folders import open_folder
from tests.support.ports import free_port
from tests.support.prepared import copy_prepared
from tests.support.processes import children, descendants, is_running, wait_until, without_database_url
from vardkase.core.database import die_with_parent

TIMEOUT = 120.0
KEY = re.compile(r"\b[A-Za-z0-9]{40}\b")


class Serve:
    """`vardkase serve` as a process, with its output so far."""

    def __init__(self, data_dir: Path, port: int, *options: str) -> None:
        self.port = port
        self.data_dir = data_dir
        self.said: list[str] = []
        command = [sys.executable, "-m", "vardkase.cli.main", "serve", "--data-dir", str(data_dir)]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), *options],
            env={**without_database_url(), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            self.said.extend(lines)

    @property
    def output(self) -> str:
        return "".join(self.said)

    def wait_until_up(self) -> None:
        wait_until(lambda: "answers at" in self.output or self.process.poll() is not None, TIMEOUT)
        assert self.process.poll() is None, self.output

    def status(self, key: str = "") -> int | None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.closing(asking):
                headers = {"Accept": "application/json", "Authorization": key}
                asking.request("GET", "/servers/getVersion", headers=headers)
                return asking.getresponse().status
        return None

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        return code


@pytest.fixture(scope="module")
def data_dir() -> Path:
    """Shared by all tests here but that of the first start, which uses an empty folder."""
    folder = open_folder()
    copy_prepared(folder)
    return folder


@pytest.fixture
def served(data_dir: Path) -> Iterator[Serve]:
    serve = Serve(data_dir, free_port(), WITHOUT_KNOWLEDGE)
    try:
        serve.wait_until_up()
        yield serve
    finally:
        if serve.process.poll() is None:
            serve.end()
        serve._reader.join(TIMEOUT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_all_processes(served: Serve, number: signal.Signals) -> None:
    assert served.status() == 403  # MISP's answer without a key
    everyone = descendants(served.process.pid)
    assert len(everyone) > 5
    assert not [pid for pid in everyone if b"knowledge" in _command(pid)], "knowledge must not be loaded"
    assert served.end(number) == 0
    assert not {pid for pid in everyone if is_running(pid)}
    assert "Traceback" not in served.output


def test_empty_folder_becomes_a_hub_and_shows_the_administrator_once() -> None:
    first = Serve(open_folder(), free_port())
    try:
        first.wait_until_up()
        # The administrator is printed after the address, line by line.
        wait_until(lambda: KEY.search(first.output) is not None, TIMEOUT)
        assert "admin@admin.test" in first.output
        key = KEY.search(first.output)
        assert key
        assert first.status(key.group()) == 200
        with Client(f"http://127.0.0.1:{first.port}", key.group()) as client:
            wait_until(lambda: bool(client.get("/objectTemplates/index").json()), TIMEOUT)
    finally:
        first.end()
    again = Serve(first.data_dir, first.port, WITHOUT_KNOWLEDGE)
    try:
        again.wait_until_up()
        assert again.status(key.group()) == 200
    finally:
        again.end()
    assert "admin@admin.test" not in again.output


def test_second_serve_names_the_first_ones_address(served: Serve) -> None:
    second = Serve(served.data_dir, free_port())
    assert second.process.wait(TIMEOUT) == 1
    second._reader.join(TIMEOUT)
    assert f"http://127.0.0.1:{served.port}/" in second.output


def test_kill_9_leaves_no_process_and_no_damage(served: Serve) -> None:
    everyone = descendants(served.process.pid)
    served.end(signal.SIGKILL)
    wait_until(lambda: not {pid for pid in everyone if is_running(pid)}, 30)
    again = Serve(served.data_dir, served.port, WITHOUT_KNOWLEDGE)
    try:
        again.wait_until_up()
        assert again.status() == 403
    finally:
        again.end()


def test_dead_processes_are_restarted(served: Serve) -> None:
    postmaster = int((served.data_dir / "database" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: "started again" in served.output, 30)
    wait_until(lambda: served.status() == 403, 30)
    web = next(pid for pid in children(served.process.pid) if b"config.server" in _command(pid))
    os.kill(web, signal.SIGKILL)
    wait_until(lambda: "web process ended" in served.output, 30)
    wait_until(lambda: served.status() == 403, 30)


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_port_in_use_is_named(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        serve = Serve(data_dir, port)
        assert serve.process.wait(TIMEOUT) == 1
        serve._reader.join(TIMEOUT)
    assert str(port) in serve.output
    assert "Traceback" not in serve.output
