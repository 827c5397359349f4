"""Attachments and samples on disk, named by the SHA-256 of their content.

Content addressing makes a write idempotent: the same bytes are stored once, and a file that exists is whole,
because it is moved into place only after it has been written and flushed. Other accounts of the machine read
neither the files nor their names. A file's time of change says when its content was last stored; what no row names
any more is removed by `core.file_columns`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

DIGEST = re.compile("[0-9a-f]{64}")
BACKUP_LOCK = 0x5641_5246
"""The advisory lock of the database that a backup shares, and that removing unused files takes alone."""


def store(content: bytes) -> str:
    """Store `content` and return its SHA-256 in hex, which is also its name."""
    digest = hashlib.sha256(content).hexdigest()
    target = _path(digest)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(target.parent, fcntl.LOCK_SH):
        try:
            # It counts as stored now, so that `remove` lets it be until a row references it.
            os.utime(target)
        except FileNotFoundError:
            # In the same folder: a rename is atomic only within a file system.
            handle, temporary = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
    return digest


def read(digest: str) -> bytes:
    """The content stored under `digest`; raises FileNotFoundError if it is gone."""
    return _path(digest).read_bytes()


def size(digest: str) -> int:
    """The size in bytes of the file stored under `digest`; 0 if it is gone."""
    try:
        return _path(digest).stat().st_size
    except FileNotFoundError:
        return 0


def stored_before(moment: float) -> Iterator[str]:
    """The names of files last stored before `moment` (Unix seconds).

    Also removes incomplete files left by writers that were killed.
    """
    for folder in Path(settings.FILES_DIR).glob("[0-9a-f][0-9a-f]"):
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime >= moment:
                        continue
                    if DIGEST.fullmatch(entry.name):
                        yield entry.name
                    else:
                        Path(entry).unlink()


def remove(digest: str, before: float) -> int | None:
    """Remove a file last stored before `before` and return its size in bytes; None if it is kept or already
    gone."""
    target = _path(digest)
    with _locked(target.parent, fcntl.LOCK_EX):  # Otherwise `store` could find it just before it is removed.
        try:
            status = target.stat()
        except FileNotFoundError:
            return None
        if status.st_mtime >= before:
            return None
        target.unlink()
    return status.st_size


@contextlib.contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _path(digest: str) -> Path:
    if not DIGEST.fullmatch(digest):
        raise FileNotFoundError(digest)
    return Path(settings.FILES_DIR) / digest[:2] / digest
