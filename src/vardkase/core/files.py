"""Attachments and samples on disk, named by the SHA-256 of their content.

Content addressing makes a write idempotent: the same bytes are stored once, and a file that exists is whole,
because it is moved into place only after it has been written and flushed. Other accounts of the machine read
neither the files nor their names.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def store(content: bytes) -> str:
    """Keep `content` and return its SHA-256 in hex, which is also its name."""
    digest = hashlib.sha256(content).hexdigest()
    target = _path(digest)
    if target.exists():
        return digest
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(target)
    return digest


def read(digest: str) -> bytes:
    """Return the content stored under `digest`; raises FileNotFoundError when it is gone."""
    return _path(digest).read_bytes()


def size(digest: str) -> int:
    """How many bytes are stored under `digest`; none when it is gone."""
    try:
        return _path(digest).stat().st_size
    except FileNotFoundError:
        return 0


def _path(digest: str) -> Path:
    if len(digest) != 64 or not all(character in "0123456789abcdef" for character in digest):
        raise FileNotFoundError(digest)
    return Path(settings.FILES_DIR) / digest[:2] / digest
