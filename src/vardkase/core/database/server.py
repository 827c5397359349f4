"""Starts, joins and stops the embedded PostgreSQL server.

One process owns the server of a data directory: the one that started it, and it alone stops it. Everyone else
joins by the socket. When the owner dies, however it dies, the kernel tells the server to shut down cleanly.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import psycopg

from vardkase.core.database import binaries, cluster, processes
from vardkase.core.database.accounts import ServerAccount, server_account
from vardkase.core.database.cluster import Postmaster, read_postmaster
from vardkase.core.database.connection import OWNER_OPTIONS
from vardkase.core.database.layout import (
    DATABASE,
    HUB_ROLE,
    PORT,
    ROLE,
    Layout,
    close_to_others,
    settle,
    socket_folder,
)
from vardkase.core.database.log_space import remove_reserved_segments
from vardkase.core.database.unavailable import DatabaseUnavailable

# Seconds. Replaying the log after a crash may take minutes; a dead process is noticed at once.
RECOVERY_PATIENCE = 600.0
RESTORE_PATIENCE = 86_400.0
ORPHAN_PATIENCE = 10.0
STOP_PATIENCE = 60.0
SUMMARY_PATIENCE = 5.0
POLL = 0.02
LARGEST_LOG = 10 * 1024 * 1024


class EmbeddedPostgres:
    """The PostgreSQL server of one data directory, started by this process or already running."""

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        announce: Callable[[str], None] = lambda _message: None,
        programs: Path | None = None,
    ) -> None:
        """`durable=False` is for tests; `announce` gets messages for the user.

        `programs`: those of an older PostgreSQL, for a cluster that is upgraded; it is started as it is configured.
        """
        self.layout = Layout(data_dir.absolute())
        self._durable = durable
        self._announce = announce
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def owned(self) -> bool:
        return self._process is not None

    def start(self, prepare: Callable[[], object] | None = None) -> Self:
        """Join the running server or start one, then call `prepare`, under a lock against concurrent starts.

        `prepare` migrates the schema: two concurrent first starts must not both do it. Call from the main
        thread. Raises DatabaseUnavailable.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(
                "Start the database from the main thread: the server dies with the thread that starts it"
            )
        close_to_others(self.layout.data_dir, server_account(self.layout.cluster))
        with _exclusive(self.layout.startup_lock, self._announce):
            if not self._join():
                self._launch()
            try:
                _ensure_database_and_roles(self.layout.cluster)
                if prepare:
                    prepare()
            except BaseException:
                self.stop()
                raise
        return self

    def stop(self) -> None:
        """Stop the server if we started it, in bounded time; no effect on a joined one."""
        process, self._process = self._process, None
        if process is None:
            return
        # Fast shutdown, immediate shutdown (the next start replays the log), and what no process can ignore.
        for number, timeout in (
            (signal.SIGINT, STOP_PATIENCE),
            (signal.SIGQUIT, 10.0),
            (signal.SIGKILL, 5.0),
        ):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout)
                break
        self._remove_socket_folder()

    def release_log(self) -> None:
        """Give the space of the write-ahead log back to the disk, after much was written at once."""
        with contextlib.suppress(psycopg.Error), _connected(self.layout.cluster) as connection:
            connection.execute("CHECKPOINT")
            # What incremental backups need of the log is summarised up to a checkpoint, and removed at the next.
            deadline = time.monotonic() + SUMMARY_PATIENCE
            while connection.execute(UNSUMMARISED).rowcount and time.monotonic() < deadline:
                time.sleep(POLL)
            connection.execute("CHECKPOINT")

    def alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return _running(self.layout.cluster) is not None

    def revive(self) -> bool:
        """Start or join the server again if it has gone (killed, or its owner exited); True if it had."""
        if self.alive():
            return False
        self._process = None
        self.start()
        return True

    def _join(self) -> bool:
        """Wait while a server is starting or stopping; True once there is a ready one."""
        deadline = time.monotonic() + self._patience()
        while (postmaster := _running(self.layout.cluster)) and postmaster.status != "ready":
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"The database server (process {postmaster.pid}) does not become ready."
                )
            time.sleep(POLL)
        return postmaster is not None

    def _patience(self) -> float:
        """Seconds to wait for a server that replays its log: after a crash, or all that a restore fetched."""
        restores = (self.layout.cluster / "recovery.signal").exists()
        return RESTORE_PATIENCE if restores else RECOVERY_PATIENCE

    def _launch(self) -> None:
        account = server_account(self.layout.cluster)
        if elsewhere := settle(self.layout, account):
            self._announce(
                f"The database is kept in {elsewhere}: '{account.name}' cannot enter the data directory."
            )
        self._refuse_second_server(account)
        programs = self._programs or self._prepared(account)
        remove_reserved_segments(self.layout.cluster, programs)
        self._process = self._run(programs, account)
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def _prepared(self, account: ServerAccount) -> Path:
        programs = binaries.install(self.layout.binaries)
        cluster.create_cluster(self.layout.cluster, programs, account)
        cluster.check_version(self.layout.cluster, programs)
        cluster.configure(self.layout.cluster, account, durable=self._durable)
        return programs

    def _refuse_second_server(self, account: ServerAccount) -> None:
        """Clean up after a killed server, making sure first that none still runs: two servers would destroy
        the folder."""
        folder = self.layout.cluster
        if not folder.exists():
            return
        if left := processes.end_orphans(folder, account, ORPHAN_PATIENCE):
            raise DatabaseUnavailable(f"Processes {left} still work in {folder}; end them, then start again.")
        # A zombie's or a reused pid in the file makes PostgreSQL refuse although nobody is there.
        (folder / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, programs: Path, account: ServerAccount) -> subprocess.Popen[bytes]:
        self._sockets = socket_folder(self.layout, account)
        # The socket has a lock of its own, which names the killed server like postmaster.pid does.
        (self._sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        command: list[str | Path] = [programs / "postgres", "-D", self.layout.cluster]
        command += ["-k", self._sockets, "-p", str(PORT)]
        with _open_log(self.layout.log) as log:
            return subprocess.Popen(
                command,
                env=cluster.environment(self.layout.cluster),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C at the terminal is for us: the server stops after its clients.
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGINT),  # noqa: PLW1509 - only a system call
                **account.popen_arguments(),
            )

    def _remove_socket_folder(self) -> None:
        with self.layout.startup_lock.open("w") as file, contextlib.suppress(OSError):
            # Without waiting: the holder of the lock is starting a server, in this very folder.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._sockets:
                self._sockets.rmdir()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._patience()
        while process.poll() is None and time.monotonic() < deadline:
            postmaster = read_postmaster(self.layout.cluster)
            if postmaster and postmaster.pid == process.pid and postmaster.status == "ready":
                return
            time.sleep(POLL)
        state = "stopped" if process.poll() is not None else "is not ready"
        lines = self.layout.log.read_text(errors="replace").splitlines()[-8:]
        raise DatabaseUnavailable(
            f"The database server {state}. {self.layout.log} ends with: {' | '.join(lines)}"
        )


UNSUMMARISED = """
SELECT FROM pg_control_checkpoint() c, pg_get_wal_summarizer_state() s
WHERE current_setting('summarize_wal')::boolean AND s.summarized_lsn < c.redo_lsn
"""


@contextlib.contextmanager
def join_or_start(
    data_dir: Path,
    *,
    prepare: Callable[[], object] | None = None,
    announce: Callable[[str], None] = lambda _message: None,
) -> Iterator[EmbeddedPostgres]:
    """Run or join the server of `data_dir` for the duration of a block; stop it afterwards if it was not
    running."""
    server = EmbeddedPostgres(data_dir, announce=announce)
    server.start(prepare)
    try:
        yield server
    finally:
        server.stop()


def _running(folder: Path) -> Postmaster | None:
    postmaster = read_postmaster(folder)
    if postmaster is None:
        return None
    account = server_account(folder)
    return postmaster if processes.is_postgres_of(postmaster.pid, folder, account) else None


def _ensure_database_and_roles(folder: Path) -> None:
    with _connected(folder) as connection:
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount
        if not exists:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [HUB_ROLE]).rowcount:
            connection.execute(f"CREATE ROLE {HUB_ROLE} LOGIN IN ROLE pg_monitor")
        if connection.execute(PRIVILEGED, [HUB_ROLE]).rowcount:
            connection.execute(f"ALTER ROLE {HUB_ROLE} {ORDINARY}")


def _connected(folder: Path) -> psycopg.Connection[tuple[object, ...]]:
    """A connection beside the hub's database, without a transaction: CREATE DATABASE refuses to run in one."""
    postmaster = read_postmaster(folder)
    if postmaster is None:
        raise DatabaseUnavailable("The database server stopped while it was being prepared.")
    return psycopg.connect(
        host=postmaster.socket_directory,
        port=PORT,
        user=ROLE,
        dbname="postgres",
        options=OWNER_OPTIONS,
        autocommit=True,
    )


ORDINARY = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
PRIVILEGED = """
SELECT FROM pg_roles
WHERE rolname = %s AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
"""


@contextlib.contextmanager
def _exclusive(path: Path, announce: Callable[[str], None]) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("Another start is under way on this data directory; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _open_log(path: Path) -> Iterator[int]:
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
