"""Directory layout of the embedded server."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from vardkase.core.database.accounts import ServerAccount
from vardkase.core.database.unavailable import DatabaseUnavailable

DATABASE = "vardkase"
ROLE = "vardkase"
"""Owns the database, and migrates it."""
HUB_ROLE = "vardkase_hub"
"""What the hub works as: it can add to the audit log, but not change or delete what is in it."""
PORT = 5432  # Only part of the socket's name: the server listens on no network address.

# initdb hands its own path to a shell, between double quotes.
NOT_IN_A_PATH = frozenset('"$`\\\n')
STATE_FOLDER = Path("/var/lib/vardkase")
LONGEST_SOCKET_FOLDER = 80  # A socket's path may have 107 bytes, `/.s.PGSQL.5432.lock` included.


@dataclass(frozen=True)
class Layout:
    """The folders of one embedded server.

    All are in the data directory, unless its `database` is a link: then the server lives beside the link's
    target, because its account cannot reach the data directory (see `settle`).
    """

    data_dir: Path

    @property
    def home(self) -> Path:
        link = self.data_dir / "database"
        return link.resolve().parent if link.is_symlink() else self.data_dir

    @property
    def cluster(self) -> Path:
        return self.home / "database"

    @property
    def binaries(self) -> Path:
        return self.home / "pg"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def startup_lock(self) -> Path:
        return self.data_dir / "startup.lock"


def close_to_others(data_dir: Path, account: ServerAccount | None) -> None:
    """Create the data directory, or repair its permissions, so that only we can read it.

    If the server runs as another `account` (as root), that account's group can pass through but not list it.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = 0o700
    if account is not None and account.switch:
        os.chown(data_dir, -1, account.gid)
        mode = 0o710
    if data_dir.stat().st_mode & 0o777 != mode:
        data_dir.chmod(mode)


def settle(layout: Layout, account: ServerAccount) -> Path | None:
    """Ensure that `account` can work in the server's home.

    Returns the system folder used if the data directory is unreachable, None otherwise.
    """
    if odd := sorted(set(str(layout.home)) & NOT_IN_A_PATH):
        raise DatabaseUnavailable(f"The path of a data directory cannot hold {' '.join(odd)}: {layout.home}")
    layout.data_dir.mkdir(parents=True, exist_ok=True)
    if (layout.data_dir / "database").is_symlink():
        _make_reachable(layout.home)
        return None
    if account.can_enter(layout.data_dir):
        return None
    home = home_elsewhere(layout.data_dir)
    _make_reachable(home)
    if not account.can_enter(home):
        raise DatabaseUnavailable(
            f"The account '{account.name}' can enter neither {layout.data_dir} nor {home}; "
            "choose a data directory that it can reach."
        )
    (layout.data_dir / "database").symlink_to(home / "database")
    return home


def home_elsewhere(data_dir: Path) -> Path:
    """The server's home in the system's state folder, whose name follows from the path of the data directory."""
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    return STATE_FOLDER / f"{data_dir.name.lstrip('.') or 'data'}-{name}"


def _make_reachable(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for folder in (STATE_FOLDER, home):
        if folder.exists():
            folder.chmod(0o755)


def socket_folder(layout: Layout, account: ServerAccount) -> Path:
    for folder in socket_folders(layout, account):
        if len(os.fsencode(folder)) < LONGEST_SOCKET_FOLDER and _make_private(folder, account):
            return folder
    raise DatabaseUnavailable(
        "No private folder for the database socket: neither the runtime folder nor /tmp works."
    )


def socket_folders(layout: Layout, account: ServerAccount) -> list[Path]:
    """Where the folder of the socket may be, the best place first."""
    digest = hashlib.sha256(os.fsencode(layout.cluster.resolve())).hexdigest()[:12]
    bases = ["/run"] if os.geteuid() == 0 else [os.environ.get("XDG_RUNTIME_DIR", "")]
    # /tmp: used only when it is ours and closed to others.
    return [Path(base) / f"vardkase-{account.uid}-{digest}" for base in (*bases, "/tmp") if base]  # noqa: S108


def _make_private(folder: Path, account: ServerAccount) -> bool:
    try:
        folder.mkdir(mode=0o700)
        if account.switch:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        pass
    except OSError:
        return False
    # Anybody can create a folder in /tmp, or a link there: only one of our own is used.
    status = folder.lstat()
    is_folder = not folder.is_symlink() and folder.is_dir()
    return is_folder and status.st_uid == account.uid and not status.st_mode & 0o077
