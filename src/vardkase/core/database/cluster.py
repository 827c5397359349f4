"""Files of a PostgreSQL cluster: initialisation, configuration, pid file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from vardkase.core.database.accounts import ServerAccount, own_name
from vardkase.core.database.binaries import major_version
from vardkase.core.database.layout import HUB_ROLE, ROLE
from vardkase.core.database.processes import die_with_parent
from vardkase.core.database.tuning import server_settings
from vardkase.core.database.unavailable import DatabaseUnavailable

RECOVERY = "recovery.conf.vardkase"
"""Settings of a restore in the cluster's folder, until its first start is over."""
MAIN_CONFIGURATION = f"""\
# Vårdkase's settings are in vardkase.conf, which every start writes anew. Your own go below; they win.
include 'vardkase.conf'
include_if_exists '{RECOVERY}'
"""
HOST_BASED_AUTHENTICATION = f"""\
local all         all peer map={ROLE}
local replication all peer map={ROLE}
"""


@dataclass(frozen=True)
class Postmaster:
    pid: int
    socket_directory: str
    status: str


def read_postmaster(cluster: Path) -> Postmaster | None:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        # Lines of the file, by position: 1 the pid, 5 the folder of the socket, 8 the state.
        return Postmaster(
            int(lines[0]),
            lines[4].strip(),
            lines[7].strip() if len(lines) > 7 else "starting",
        )
    except (OSError, ValueError, IndexError):
        return None


def environment(folder: Path) -> dict[str, str]:
    """The server's complete environment, with nothing of the caller's locale or PG* variables."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder), "TZ": "UTC"}


def create_cluster(cluster: Path, programs: Path, account: ServerAccount) -> None:
    """Create the cluster atomically unless it exists. Raises DatabaseUnavailable."""
    if cluster.exists():
        return
    unfinished = cluster.with_name("database.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account.switch:
        os.chown(unfinished, account.uid, account.gid)
    _initdb(unfinished, programs, account)
    unfinished.rename(cluster)


def _initdb(cluster: Path, programs: Path, account: ServerAccount) -> None:
    # The machine's locale may be missing or unknown, so the built-in one is used for everything.
    command: list[str | Path] = [programs / "initdb", "-D", cluster, "-U", ROLE, "-A", "peer", "-E", "UTF8"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--data-checksums", "--no-instructions"]
    result = subprocess.run(
        command,
        env=environment(cluster),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **account.popen_arguments(),
    )
    if result.returncode:
        raise DatabaseUnavailable(f"initdb failed: {' '.join(result.stdout.split())[-600:]}")


def configure(cluster: Path, account: ServerAccount, *, durable: bool) -> None:
    main = cluster / "postgresql.conf"
    written = main.read_text()
    if "vardkase.conf" not in written:
        _write(main, MAIN_CONFIGURATION, account)
    elif RECOVERY not in written:
        _write(main, f"{written.rstrip()}\ninclude_if_exists '{RECOVERY}'\n", account)
    settings = server_settings(durable=durable)
    _write(
        cluster / "vardkase.conf",
        "".join(f"{name} = '{value}'\n" for name, value in settings.items()),
        account,
    )
    _write(cluster / "pg_hba.conf", HOST_BASED_AUTHENTICATION, account)
    names = sorted({own_name(), account.name})
    _write(
        cluster / "pg_ident.conf",
        "".join(f'{ROLE} "{name}" {role}\n' for name in names for role in (ROLE, HUB_ROLE)),
        account,
    )


def write_configuration(cluster: Path, account: ServerAccount) -> None:
    """The main file, for a cluster that has none; `configure` writes what it includes."""
    _write(cluster / "postgresql.conf", MAIN_CONFIGURATION, account)


def check_version(cluster: Path, programs: Path) -> None:
    """Raise DatabaseUnavailable for files of another major version, with more help than PostgreSQL gives."""
    stored, brought = version_of(cluster), major_version(programs)
    if stored < brought:
        raise DatabaseUnavailable(
            f"The data in {cluster} are of PostgreSQL {stored} and this Vårdkase brings {brought}: "
            "stop everything that uses them, and run `vardkase upgrade`."
        )
    if stored > brought:
        raise DatabaseUnavailable(
            f"The data in {cluster} are of PostgreSQL {stored} and this Vårdkase brings {brought}: "
            "use the version of Vårdkase that wrote them."
        )


def version_of(cluster: Path) -> int:
    return int((cluster / "PG_VERSION").read_text())


def _write(path: Path, text: str, account: ServerAccount) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    if account.switch:
        os.chown(fresh, account.uid, account.gid)
    # In one step: the server may read its configuration at any moment.
    fresh.replace(path)
