"""A hub that faults are put into: its processes, its database, and the disk that both are on."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import psycopg

from bench.chaos.proxy import Proxy
from bench.instance import WITHOUT_KNOWLEDGE, free_port, initialise, start_serving
from bench.memory import descendants
from vardkase.core.database import EmbeddedPostgres, cluster, embedded_url
from vardkase.core.database.layout import PORT, ROLE

DISK = "3g"
STOP_PATIENCE = 60
GONE_PATIENCE = 20.0
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
WEB, WORKER, POSTGRES = "vardkase.config.server", "vardkase.cli.main worker", "postgres"

EMBEDDED, EXTERNAL, CLOCK = "embedded", "external", "clock"
"""The default; a database server of its own behind a proxy; a clock that can be set, for hub and database."""


class Site:
    """One hub. `kind` says how its database is reached and whose clock it has."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.url = self.key = ""
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.proxy: Proxy | None = None
        self.database: EmbeddedPostgres | None = None
        self.environment = {"VARDKASE_PRIVATE_NETWORKS": "127.0.0.0/8"}
        self._clock = folder / "clock"

    def prepare(self) -> None:
        """Database and first administrator."""
        if self.kind == EMBEDDED:
            self.key = initialise(self.folder)["key"]
            return
        if self.kind == CLOCK:
            self.set_clock(0)
            self.environment |= self._faked()
        with mock.patch.object(cluster, "environment", self._environment_of_server(cluster.environment)):
            self.database = EmbeddedPostgres(self.folder)
            self.key = initialise(self.folder)["key"]
            self.database.start()
        self.proxy = Proxy(lambda: Path(self.socket_folder()) / f".s.PGSQL.{PORT}")
        url = f"postgresql://vardkase_hub@127.0.0.1:{self.proxy.port}/vardkase?connect_timeout=10"
        self.environment["DATABASE_URL"] = url

    def start(self) -> None:
        self.process, self.url = start_serving(
            self.folder, WITHOUT_KNOWLEDGE, port=self.port, **self.environment
        )

    def stop(self) -> int:
        """SIGTERM for `serve`; returns its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_PATIENCE)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.stop()
        if self.proxy:
            self.proxy.close()
        if self.database:
            self.database.stop()

    def restart_database(self) -> None:
        assert self.database
        with mock.patch.object(cluster, "environment", self._environment_of_server(cluster.environment)):
            self.database.stop()
            self.database.start()

    def socket_folder(self) -> str:
        postmaster = cluster.read_postmaster(self.folder / "database")
        return postmaster.socket_directory if postmaster else ""

    def connect(self, role: str = ROLE) -> psycopg.Connection:
        """A connection beside the hub's; as the owner unless told."""
        return psycopg.connect(embedded_url(self.folder, role), autocommit=True, connect_timeout=10)

    def pids(self, kind: str) -> list[int]:
        """Of the processes of this kind, those that do the work: not their parents."""
        assert self.process
        found = [pid for pid in descendants(self.process.pid) if kind in command(pid)]
        if kind == WEB:  # Beside the master, which is the child of `serve`.
            return [pid for pid in found if parent(pid) != self.process.pid]
        return found

    def set_clock(self, seconds: int) -> None:
        """Let the hub, and its database, believe that it is `seconds` later, or earlier, than it is."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.chmod(0o644)
        fresh.replace(self._clock)

    def is_gone(self) -> bool:
        """Whether nothing that `serve` started is left."""
        deadline = time.monotonic() + GONE_PATIENCE
        while left := self.left():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return not left

    def left(self) -> list[int]:
        """Processes of this hub without anybody who watches them: they descend from nothing of ours."""
        own = set(descendants(os.getpid()))
        return [pid for pid in _all_pids() if pid not in own and _belongs(pid, self.folder)]

    def _faked(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def _environment_of_server(self, usual):  # type: ignore[no-untyped-def]
        faked = self._faked() if self.kind == CLOCK else {}
        return lambda folder: usual(folder) | faked


@contextlib.contextmanager
def on_small_disk(*, wanted: bool) -> Iterator[tuple[Path, bool]]:
    """A folder, and whether it is on a file system of its own that may be filled: if that is wanted, and permitted."""
    folder = Path(tempfile.mkdtemp(prefix="vardkase-chaos-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "chaos", str(folder)]
    is_small = (
        wanted
        and os.geteuid() == 0
        and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    )
    folder.chmod(0o755)
    try:
        yield folder, is_small
    finally:
        if is_small:
            subprocess.run(["/usr/bin/umount", "-l", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _belongs(pid: int, folder: Path) -> bool:
    with contextlib.suppress(OSError):
        about = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        return (
            f"{folder}".encode() in about
            and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][1] != "Z"
        )
    return False
