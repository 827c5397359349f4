"""Attachments and samples, named by the SHA-256 of their content.

Content addressing makes a write idempotent: the same bytes are stored once, and a file that exists is whole. They are
kept where VARDKASE_FILES says: in the data folder, in a folder that several machines share, or on an S3-compatible
server. What is still where they were kept before is read from there, until `vardkase files move` has moved it. What
no row names any more is removed by `core.file_columns`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from vardkase.core.files.folder import FolderFiles
from vardkase.core.files.names import FileStore, StoredFile
from vardkase.core.files.same_place import refuse_same_place
from vardkase.core.sql import cursor

__all__ = [
    "StoredFile",
    "all_files",
    "check",
    "exists",
    "move",
    "place",
    "read",
    "remove",
    "size",
    "store",
    "stored_before",
    "waiting",
]

BACKUP_LOCK = 0x5641_5246
"""The advisory lock of the database that a backup shares, and that removing unused files takes alone."""


def store(content: bytes) -> str:
    """Store `content` and return its SHA-256 in hex, which is also its name."""
    digest = hashlib.sha256(content).hexdigest()
    _stores()[0].put(digest, content)
    return digest


def read(digest: str) -> bytes:
    """The content stored under `digest`; raises FileNotFoundError if it is gone."""
    for place in _stores():
        try:
            return place.get(digest)
        except FileNotFoundError:
            continue
    raise FileNotFoundError(digest)


def size(digest: str) -> int:
    """The size in bytes of the file stored under `digest`; 0 if it is gone."""
    sizes = (place.size(digest) for place in _stores())
    return next((found for found in sizes if found is not None), 0)


def exists(digest: str) -> bool:
    return any(place.size(digest) is not None for place in _stores())


def stored_before(moment: float) -> Iterator[str]:
    """The names of files last stored before `moment` (Unix seconds)."""
    for place in _stores():
        yield from place.stored_before(moment)


def remove(digest: str, before: float) -> int | None:
    """Remove a file last stored before `before` and return its size in bytes; None if it is kept or already
    gone."""
    removed = [place.remove(digest, before) for place in _stores()]
    return max((found for found in removed if found is not None), default=None)


def all_files() -> Iterator[tuple[str, StoredFile]]:
    """Every stored file once, wherever it is."""
    seen: set[str] = set()
    for place in _stores():
        for name, file in place.all():
            if name not in seen:
                seen.add(name)
                yield name, file


def check() -> None:
    """Raises OSError if nothing can be stored now."""
    _stores()[0].check()


def move() -> Iterator[tuple[str, int]]:
    """Move what is where files were kept before; yields names and bytes.

    A file leaves the old place only after it was read back from the new one, so that it is found at every moment, and
    a move that was interrupted goes on. While a backup is being made, it waits. Raises OSError, also for a file that
    is not what its name says, and if both are the same place.
    """
    new, *former = _stores()
    for place in former:
        apart: set[str] = set()
        for name, _file in place.all():
            with transaction.atomic():
                cursor().execute("SELECT pg_advisory_xact_lock(%s)", [BACKUP_LOCK])
                # Folder by folder, since each of them may be a link into the other place.
                if name[:2] not in apart:
                    refuse_same_place(new, place, name[:2])
                    apart.add(name[:2])
                content = place.get(name)
                new.put(name, content)
                if new.get(name) != content:
                    raise OSError(f"The stored file {name} did not arrive")
                place.remove(name, before=float("inf"))
            yield name, len(content)


def place() -> str:
    """Where files are kept: a folder, or the address of a bucket."""
    return str(settings.VARDKASE_FILES or settings.FILES_DIR)


def waiting() -> tuple[int, int]:
    """Files that are where they were kept before, and their bytes."""
    sizes = [file.stat().st_size for place in _stores()[1:] for _name, file in place.all()]
    return len(sizes), sum(sizes)


def _stores() -> list[FileStore]:
    """Where files are kept, and where they were kept before; each place once, however it is written."""
    current, former = str(settings.VARDKASE_FILES), str(settings.VARDKASE_FILES_FORMER)
    if not current and not former:
        return [_store("")]
    places: dict[object, FileStore] = {}
    for address in dict.fromkeys((current, former, "")):
        place = _store(address)
        places.setdefault(place.identity(), place)
    return list(places.values())


def _store(address: str) -> FileStore:
    return _bucket(address) if address.startswith("s3://") else FolderFiles(_folder(address))


def _folder(address: str) -> Path:
    return Path(address) if address else Path(settings.FILES_DIR)


@cache
def _bucket(address: str) -> FileStore:
    from vardkase.core.files.bucket import BucketFiles  # noqa: PLC0415 - imports what only it needs

    parts = urlsplit(address)
    return BucketFiles(parts.netloc, parts.path.strip("/"))
