"""Stored files in a folder, of this machine or shared by several.

A file that exists is whole, because it is moved into place only after it has been written and flushed. Other accounts
of the machine read neither the files nor their names. A file's time of change says when it was last stored.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vardkase.core.files.names import DIGEST, StoredFile, checked


class FolderFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identity(self) -> object:
        try:
            status = self._folder.stat()
        except OSError:
            return os.path.realpath(self._folder)
        return status.st_dev, status.st_ino

    def put(self, digest: str, content: bytes) -> None:
        target = self._path(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(target.parent, fcntl.LOCK_SH):
            if self._is_whole(digest, len(content)):
                # It counts as stored now, so that `remove` lets it be until a row references it.
                os.utime(target)
            else:
                # In the same folder: a rename is atomic only within a file system.
                handle, temporary = tempfile.mkstemp(dir=target.parent)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(target)

    def get(self, digest: str) -> bytes:
        content = self._path(digest).read_bytes()
        # Whoever may write to a shared folder may have changed it.
        if hashlib.sha256(content).hexdigest() != digest:
            raise OSError(errno.EIO, f"The stored file {digest} is damaged")
        return content

    def _is_whole(self, digest: str, size: int) -> bool:
        # What a link leads to may be removed there.
        if self._path(digest).is_symlink() or self.size(digest) != size:
            return False
        with self._path(digest).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest

    def size(self, digest: str) -> int | None:
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def stored_before(self, moment: float) -> Iterator[str]:
        """Also removes incomplete files left by writers that were killed."""
        for folder in self._folder.glob("[0-9a-f][0-9a-f]"):
            with os.scandir(folder) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        if entry.stat(follow_symlinks=False).st_mtime >= moment:
                            continue
                        if DIGEST.fullmatch(entry.name):
                            yield entry.name
                        else:
                            Path(entry).unlink()

    def all(self) -> Iterator[tuple[str, StoredFile]]:
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            yield from ((path.name, path) for path in sorted(folder.iterdir()) if DIGEST.fullmatch(path.name))

    def remove(self, digest: str, before: float) -> int | None:
        target = self._path(digest)
        if not target.parent.exists():
            return None
        with _locked(
            target.parent, fcntl.LOCK_EX
        ):  # Otherwise `put` could find it just before it is removed.
            try:
                status = target.stat()
            except FileNotFoundError:
                return None
            if status.st_mtime >= before:
                return None
            target.unlink()
        return status.st_size

    def check(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(b"\0")

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / checked(digest)


@contextlib.contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
