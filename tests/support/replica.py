"""A streaming replica of an embedded server, as Patroni or an operator would run one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.support.folders import temporary_folder
from vardkase.core.backup.tools import owned_by_us, run
from vardkase.core.database import cluster, die_with_parent
from vardkase.core.database.accounts import server_account
from vardkase.core.database.layout import DATABASE, HUB_ROLE, PORT, ROLE, Layout

PATIENCE = 60.0


class Replica:
    def __init__(self, sockets: Path, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.url = f"postgresql://{HUB_ROLE}@/{DATABASE}?host={quote(str(sockets), safe='')}"
        self._sockets = sockets

    def ask(self, query: str) -> object:
        with psycopg.connect(
            host=str(self._sockets), port=PORT, user=ROLE, dbname=DATABASE, autocommit=True
        ) as connection:
            found = connection.execute(query.encode())
            return (found.fetchone() or (None,))[0] if found.description else None

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


@contextmanager
def replica_of(data_dir: Path) -> Iterator[Replica]:
    """Run one for the length of a block."""
    primary = owned_by_us(data_dir)
    account = server_account(Layout(data_dir).cluster)
    with temporary_folder() as folder:
        copy, sockets = folder / "replica", folder / "sockets"
        sockets.mkdir(mode=0o755)
        command: list[str | Path] = [
            primary.program("pg_basebackup"),
            "-D",
            copy,
            "-X",
            "stream",
            "-R",
            "-c",
            "fast",
        ]
        run([*command, "-d", primary.address(), "--no-password"], primary.environment())
        if os.getuid() == 0:
            for path in (copy, sockets, *copy.rglob("*")):
                shutil.chown(path, account.uid, account.gid)
        folder.chmod(0o755)
        process = subprocess.Popen(
            [
                primary.program("postgres"),
                "-D",
                copy,
                "-k",
                sockets,
                "-p",
                str(PORT),
                "-c",
                "hot_standby_feedback=on",
            ],
            env=cluster.environment(copy),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one system call, no lock
            **account.popen_arguments(),
        )
        made = Replica(sockets, process)
        try:
            _wait_for(made)
            yield made
        finally:
            made.stop()


def _wait_for(replica: Replica) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if replica.ask("SELECT pg_is_in_recovery()"):
                return
        except psycopg.Error:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
