"""Which folders belong to a data directory, and whether they can be removed."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from vardkase.core.database.accounts import ServerAccount, server_account
from vardkase.core.database.layout import STATE_FOLDER, Layout, home_elsewhere, socket_folders
from vardkase.core.database.processes import postgres_processes

OURS = frozenset(
    (
        *("database", "database.unfinished", "pg", "postgres.log", "postgres.log.1", "startup.lock"),
        *(
            "database.upgraded",
            "database.restoring",
            "upgrade",
            *(f"database.{major}" for major in range(12, 100)),
        ),
        *("secrets", "serve.lock", "spool", "files", "feeds", "backup", "restored.json", "move-in"),
    )
)
"""Everything that Vårdkase makes at the top of a data directory."""
MARKS = ("secrets", "database")
"""What tells a data directory from another folder: one of these is made first."""
MOST_NAMED = 5
MOUNTS = Path("/proc/self/mountinfo")
ESCAPED = re.compile(r"\\([0-7]{3})")
"""How it writes spaces and the like."""


class NotRemovable(Exception):
    """Why nothing was removed, in a sentence."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """The folders of one hub: its data directory and, where the database lives elsewhere, that folder."""

    folders: tuple[Path, ...]
    sockets: tuple[Path, ...]

    def remove(self) -> None:
        """Remove them, the data directory last: what is interrupted can be repeated."""
        for folder in (*self.sockets, *reversed(self.folders)):
            if folder.exists():
                shutil.rmtree(folder)


def belongings_of(data_dir: Path) -> Belongings:
    """What belongs to `data_dir`. Raises NotRemovable for anything that could be someone else's."""
    _require_data_directory(data_dir)
    layout = Layout(data_dir)
    account = server_account(layout.cluster)
    if layout.cluster.exists() and postgres_processes(layout.cluster, account):
        raise NotRemovable(f"the database of {data_dir} is running: stop `vardkase serve` first.")
    folders = [data_dir]
    if (home := _home_elsewhere(data_dir)) is not None:
        folders.append(home)
    for folder in folders:
        _refuse_mounted(folder)
    return Belongings(tuple(folders), _sockets(layout, account))


def _refuse_mounted(folder: Path) -> None:
    """What is mounted below the folder, a share or a disk, may hold more than the hub's."""
    whole = folder.resolve()
    if mounted := sorted(each for each in _mounts(whole) if whole in each.parents):
        raise NotRemovable(
            f"{mounted[0]} is a mounted folder: unmount it first, and remove what is in it yourself."
        )


def _mounts(folder: Path) -> set[Path]:
    if MOUNTS.exists():  # Also names a mounted folder of the same disk, which has the same device number.
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return {Path(ESCAPED.sub(lambda code: chr(int(code[1], 8)), line.split(" ")[4])) for line in lines}
    return {
        Path(place, name)
        for place, names, _files in os.walk(folder)
        for name in names
        if os.path.ismount(Path(place, name))
    }


def _require_data_directory(data_dir: Path) -> None:
    if data_dir.is_symlink():
        raise NotRemovable(f"{data_dir} is a link: name the folder that it leads to.")
    if not data_dir.is_dir():
        raise NotRemovable(f"there is no folder {data_dir}.")
    entries = sorted(data_dir.iterdir())
    if not any((data_dir / name).exists() or (data_dir / name).is_symlink() for name in MARKS):
        raise NotRemovable(f"{data_dir} is not the data directory of a Vårdkase.")
    if foreign := [path.name for path in entries if path.name not in OURS]:
        named = ", ".join(foreign[:MOST_NAMED])
        raise NotRemovable(f"{data_dir} holds what Vårdkase did not make: {named}. Move it away first.")
    for path in entries:
        if path.is_symlink() and path.name != "database":
            raise NotRemovable(
                f"{path} is a link to {path.readlink()}: remove the link, and what it leads to, yourself."
            )


def _home_elsewhere(data_dir: Path) -> Path | None:
    """The folder in the system's state folder where the database of `data_dir` lives, if it is not inside."""
    link = data_dir / "database"
    if not link.is_symlink():
        return None
    expected = home_elsewhere(data_dir)
    # Compared as written and not resolved: a folder of the way could be a link into another hub.
    if link.readlink() != expected / "database" or expected.is_symlink() or STATE_FOLDER.is_symlink():
        raise NotRemovable(
            f"{link} leads to {link.readlink()}, which does not belong to {data_dir} alone: it may be another hub's."
        )
    return expected


def _sockets(layout: Layout, account: ServerAccount) -> tuple[Path, ...]:
    return tuple(
        folder
        for folder in socket_folders(layout, account)
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == account.uid
    )
