"""System account that runs the PostgreSQL server, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from vardkase.core.database.unavailable import DatabaseUnavailable

FALLBACKS = ("postgres", "nobody")


class PopenAccount(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerAccount:
    """The account that owns the database files; `switch` if it differs from the current one."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> PopenAccount:
        if not self.switch:
            return {}
        # Without `extra_groups` the server would keep the supplementary groups of root.
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """True if the account can reach `folder`, as tested by the kernel, so that ACLs count too."""
        if not self.switch:
            return os.access(folder, os.X_OK)
        command = ["/bin/sh", "-c", 'cd -- "$1" 2>/dev/null', "sh", str(folder)]
        return subprocess.run(command, cwd="/", check=False, **self.popen_arguments()).returncode == 0


def server_account(cluster: Path) -> ServerAccount:
    """The account for the server whose files are (or will be) in `cluster`.

    As root: the owner of existing files, else `postgres`, else `nobody`. Otherwise the current account.
    """
    if os.geteuid() != 0:
        return _account(_entry(os.geteuid()), switch=False)
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        return _account(_entry(owner), switch=True)
    for name in FALLBACKS:
        try:
            return _account(pwd.getpwnam(name), switch=True)
        except KeyError:
            continue
    raise DatabaseUnavailable(
        "PostgreSQL refuses to run as root and there is neither a 'postgres' nor a 'nobody' account; "
        "run Vårdkase as an ordinary user, or set DATABASE_URL to an external PostgreSQL."
    )


def own_name() -> str:
    return _entry(os.geteuid()).pw_name


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise DatabaseUnavailable(
            f"User id {uid} has no entry in /etc/passwd, which PostgreSQL needs; "
            "add one, or set DATABASE_URL to an external PostgreSQL."
        ) from None


def _account(entry: pwd.struct_passwd, *, switch: bool) -> ServerAccount:
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, switch)
