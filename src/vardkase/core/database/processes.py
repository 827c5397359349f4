"""Process information from /proc, and terminating children together with their parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from vardkase.core.database.accounts import ServerAccount

PR_SET_PDEATHSIG = 1
PR_GET_PDEATHSIG = 2
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: signal.Signals, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn` for the child: the kernel sends it `number` when this process dies.

    The kernel watches the *thread* that forks, so start such children from the main thread. It must run after
    the change of account, which clears it; subprocess does. A child forked by another process calls the
    function itself and passes its `parent`.
    """
    expected = os.getpid() if parent is None else parent

    def arrange() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != expected:  # It died between the fork and here.
            os.kill(os.getpid(), number)

    return arrange


def is_postgres_of(pid: int, cluster: Path, account: ServerAccount | None = None) -> bool:
    """True if `pid` is a live PostgreSQL process working in `cluster`.

    A zombie has no working folder any more, and a reused pid has another folder or another name.
    """
    process = Path("/proc") / str(pid)
    try:
        if not process.joinpath("comm").read_text().startswith("postgres"):
            return False
        with _as_account(account):
            return process.joinpath("cwd").samefile(cluster)
    except OSError:
        return False


def postgres_processes(cluster: Path, account: ServerAccount) -> list[int]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if is_postgres_of(pid, cluster, account)]


def end_orphans(cluster: Path, account: ServerAccount, timeout: float) -> list[int]:
    """Wait `timeout` seconds for the processes of a dead postmaster to exit, then kill the rest; returns the
    pids that remain.

    Killing them is safe: without a postmaster none of them can commit, and recovery replays the log.
    """
    if not _wait_until_gone(cluster, account, timeout):
        for pid in postgres_processes(cluster, account):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait_until_gone(cluster, account, timeout)
    return postgres_processes(cluster, account)


def _wait_until_gone(cluster: Path, account: ServerAccount, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while postgres_processes(cluster, account):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextlib.contextmanager
def _as_account(account: ServerAccount | None) -> Iterator[None]:
    """Read /proc as `account`: in a container, root may not see the working folder of other accounts."""
    if account is None or not account.switch or os.geteuid() != 0:
        yield
        return
    group = os.getegid()
    # The kernel forgets the signal of `die_with_parent` when a process changes its account (prctl(2)).
    number = ctypes.c_int(0)
    _libc.prctl(PR_GET_PDEATHSIG, ctypes.byref(number))
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        _libc.prctl(PR_SET_PDEATHSIG, number.value)
