"""Starting the program as a user would, and inspecting the processes it leaves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vardkase.core.database import die_with_parent

# Starts or joins the server of argv[1], reports it in one line of JSON, and stops at the end of its input.
HOLDER = """
import json, signal, sys
from pathlib import Path
from vardkase.core.database import EmbeddedPostgres
from vardkase.core.database.cluster import read_postmaster
say = lambda text: print(text, file=sys.stderr)
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False, announce=say)
prepare = None
if len(sys.argv) > 2:
    import psycopg
    def prepare():
        at = read_postmaster(server.layout.cluster)
        with psycopg.connect(host=at.socket_directory, user="vardkase", dbname="vardkase") as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS first (pid int)")
            if not connection.execute("SELECT FROM first").rowcount:
                connection.execute("SELECT pg_sleep(0.3)")
                connection.execute("CREATE TABLE only_once ()")
                connection.execute("INSERT INTO first VALUES (1)")
server.start(prepare)
at = read_postmaster(server.layout.cluster)
print(json.dumps({"owned": server.owned, "pid": at.pid, "host": at.socket_directory}), flush=True)
sys.stdin.read()
server.stop()
"""


class Holder:
    """A process that holds the embedded server of a data directory, as the application does."""

    def __init__(
        self, data_dir: Path, *arguments: str, interpreter: str = sys.executable, **options: Any
    ) -> None:
        self.sockets: Path | None = None
        self.process = subprocess.Popen(
            [interpreter, "-c", HOLDER, str(data_dir), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call, no lock
            **options,
        )

    def ready(self) -> dict[str, Any]:
        """Wait for the server and return `owned`, `pid` and `host`; raises with the process's output."""
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        found: dict[str, Any] = json.loads(line)
        self.sockets = Path(found["host"])
        return found

    def finish(self) -> str:
        """End it normally and return its standard error."""
        _out, said = self.process.communicate(timeout=30)
        return said

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def holding(data_dir: Path, *arguments: str, **options: Any) -> Iterator[Holder]:
    """A Holder that does not outlive the block."""
    holder = Holder(data_dir, *arguments, **options)
    try:
        yield holder
    finally:
        if holder.process.poll() is None:
            holder.finish()
        if holder.sockets:
            # A killed owner leaves the empty folder behind.
            with contextlib.suppress(OSError):
                holder.sockets.rmdir()
        for pipe in (holder.process.stdin, holder.process.stdout, holder.process.stderr):
            if pipe:
                pipe.close()


def wait_until(condition: Callable[[], bool], timeout: float = 60.0) -> None:
    """Return when `condition` holds; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.03)


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> set[int]:
    """The processes that `pid` has started, now."""
    return {child for child, parent in _parents().items() if parent == pid}


def descendants(pid: int) -> set[int]:
    """The processes below `pid`, now."""
    parents = _parents()
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def without_database_url() -> dict[str, str]:
    """This environment with the embedded server in place of the test run's, and with compiled modules."""
    hidden = {"DATABASE_URL", "VARDKASE_DATA_DIR", "VARDKASE_TEST_RUN", "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in hidden}
