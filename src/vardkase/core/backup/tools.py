"""PostgreSQL's own programs, and connections to the database that is backed up."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import psycopg
from psycopg.conninfo import make_conninfo

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.database import binaries
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.connection import embedded_owner_settings, owner_settings
from vardkase.core.database.layout import Layout
from vardkase.core.database.unavailable import DatabaseUnavailable

LONGEST_SAID = 600


def source_of(settings: Mapping[str, Any], data_dir: Path) -> Source:
    """The database that the hub uses, as its owner: the hub's own role may not replicate, nor read every table."""
    server = read_postmaster(Layout(data_dir).cluster)
    if server and settings["HOST"] == server.socket_directory:
        return owned_by_us(data_dir)
    return Source(owner_settings(data_dir) or settings, data_dir)


def owned_by_us(data_dir: Path) -> Source:
    return Source(embedded_owner_settings(data_dir), data_dir, is_embedded=True)


class Source:
    """The database of a hub, by the settings of its connection (Django's DATABASES entry)."""

    def __init__(self, settings: Mapping[str, Any], data_dir: Path, *, is_embedded: bool = False) -> None:
        self._settings, self._data_dir, self.is_embedded = settings, data_dir, is_embedded

    @property
    def database(self) -> str:
        return str(self._settings["NAME"])

    @property
    def password(self) -> str | None:
        return self._settings["PASSWORD"] or None

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.address(), password=self.password, autocommit=True)

    def address(self) -> str:
        """How to connect, without the password, which other processes of the machine could read."""
        known = {
            "dbname": self._settings["NAME"],
            "user": self._settings["USER"],
            "host": self._settings["HOST"],
            "port": self._settings["PORT"],
        }
        options = {name: value for name, value in self._settings["OPTIONS"].items() if isinstance(value, str)}
        # The owner connects: what the hub's own role has made in schemas of other names is not called.
        options["options"] = f"{options.get('options', '')} -c search_path=public".strip()
        return make_conninfo("", **{name: value for name, value in {**options, **known}.items() if value})

    def environment(self) -> dict[str, str]:
        secret = {"PGPASSWORD": self.password} if self.password else {}
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "PGPASSFILE"}}
        return {**kept, "LC_ALL": "C", "TZ": "UTC", **secret}

    def program(self, name: str) -> Path:
        return program(name, self._data_dir)


def program(name: str, data_dir: Path) -> Path:
    """A program of PostgreSQL: of the embedded server, of its package, or of the machine. Raises BackupFailed."""
    for folder in _folders(data_dir):
        if (path := folder / name).exists():
            return path
    if found := shutil.which(name):
        return Path(found)
    raise BackupFailed(BackupProblem.TOOL_MISSING(tool=name))


def _folders(data_dir: Path) -> Iterator[Path]:
    yield from sorted(Layout(data_dir).binaries.glob(f"*/{binaries.PACKAGE}/pginstall/bin"), reverse=True)
    with contextlib.suppress(DatabaseUnavailable):
        yield binaries.package_folder() / "pginstall" / "bin"


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
    result = subprocess.run(
        command, env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True,
        errors="replace", check=False,
    )  # fmt: skip
    if result.returncode:
        raise failure(command, result.stderr or result.stdout)
    return result.stdout


@contextlib.contextmanager
def output_of(
    command: Sequence[str | Path], environment: Mapping[str, str], errors: Path
) -> Iterator[BinaryIO]:
    """What a program writes, while it does. Raises BackupFailed if it fails; `errors` takes what it says."""
    with errors.open("wb") as said:
        process = subprocess.Popen(
            command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
    if process.stdout is None:
        raise TypeError
    try:
        yield cast(BinaryIO, process.stdout)
        process.stdout.close()
        if process.wait():
            raise failure(command, errors.read_text(errors="replace"))
    finally:
        process.stdout.close()
        if process.poll() is None:
            process.terminate()
            process.wait()
        errors.unlink(missing_ok=True)


def failure(command: Sequence[str | Path], said: str) -> BackupFailed:
    text = " ".join(said.split())[-LONGEST_SAID:]
    return BackupFailed(BackupProblem.TOOL_FAILED(tool=Path(command[0]).name, said=text))
