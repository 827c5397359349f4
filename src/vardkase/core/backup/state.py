"""What a hub remembers of its backups in the data folder; without it, the next backup is a full one."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from vardkase.core.backup.problems import BackupFailed, BackupProblem


class Known(msgspec.Struct, kw_only=True):
    """The chain that is being added to, and the last backup in it."""

    storage: str
    chain: str
    last: str


class KnownAccess(msgspec.Struct, kw_only=True):
    """The last list of who was let in: its time, and the SHA-256 of what it says."""

    storage: str
    digest: str
    at: datetime


class KnownOpenpgp(msgspec.Struct, kw_only=True):
    """For an OpenPGP recipient: the public key of the age identity that is stored, encrypted to them, under `name`,
    and the SHA-256 of what is stored."""

    recipient: str
    name: str
    digest: str = ""


class State:
    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "backup"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.spool = self.folder / "log"
        self.manifest = self.folder / "backup_manifest"
        self.errors = self.folder / "said"
        self._known, self._files = self.folder / "chain.json", self.folder / "files"
        self._deletions, self._access = self.folder / "deletions", self.folder / "access.json"

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Raises BackupFailed while another process backs up or verifies."""
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupFailed(BackupProblem.BUSY()) from None
            yield

    @contextlib.contextmanager
    def counting_deletions(self, least: Callable[[], int]) -> Iterator[int]:
        """The number of the next list of deletions; it counts as used once the block is over.

        `least`: the last one that the storage has, asked if nothing is known here, as in a restored hub.
        """
        with (self.folder / "deletions.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            number = (self.deletions() or least()) + 1
            yield number
            self.remember_deletions(number)

    def deletions(self) -> int:
        """The number of the last list of deletions that was stored; 0 if nothing is known of one."""
        try:
            return int(self._deletions.read_text())
        except FileNotFoundError:
            return 0

    def remember_deletions(self, number: int) -> None:
        self._write(self._deletions, str(number).encode())

    def access(self, storage: str) -> KnownAccess | None:
        known = self._read(self._access, KnownAccess)
        return known if known and known.storage == storage else None

    def remember_access(self, storage: str, digest: str, at: datetime) -> None:
        self._write(self._access, msgspec.json.encode(KnownAccess(storage=storage, digest=digest, at=at)))

    def openpgp(self) -> dict[str, KnownOpenpgp]:
        return self._read(self.folder / "openpgp.json", dict[str, KnownOpenpgp]) or {}

    def remember_openpgp(self, key: str, recipient: str, name: str, digest: str) -> None:
        known = self.openpgp() | {key: KnownOpenpgp(recipient=recipient, name=name, digest=digest)}
        self._write(self.folder / "openpgp.json", msgspec.json.encode(known))

    def known(self, storage: str) -> Known | None:
        known = self._read(self._known, Known)
        return known if known and known.storage == storage else None

    def remember(self, known: Known, manifest: bytes, files: set[str]) -> None:
        self._write(self.manifest, manifest)
        self.remember_files(files)
        self._write(self._known, msgspec.json.encode(known))

    def forget(self) -> None:
        self._known.unlink(missing_ok=True)
        shutil.rmtree(self.spool, ignore_errors=True)

    def files(self) -> set[str]:
        try:
            return set(self._files.read_text().split())
        except FileNotFoundError:
            return set()

    def remember_files(self, files: set[str]) -> None:
        self._write(self._files, "\n".join(sorted(files)).encode())

    def _read[T](self, path: Path, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _write(self, path: Path, content: bytes) -> None:
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(content)
        fresh.replace(path)
