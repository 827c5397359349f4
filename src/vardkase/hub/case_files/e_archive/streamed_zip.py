"""A ZIP file written in pieces, of which none is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone


class _Pieces:
    """What a ZipFile writes to: it cannot go back, so sizes and checksums come after each file."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        found, self.waiting = b"".join(self.waiting), []
        return found


class StreamedZip:
    def __init__(self, at: datetime) -> None:
        self._pieces = _Pieces()
        self._file = zipfile.ZipFile(self._pieces, "w", zipfile.ZIP_DEFLATED)
        self._at = timezone.localtime(at)

    def add(self, name: str, content: bytes) -> Iterator[bytes]:
        entry = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._file.writestr(entry, content)
        yield self._pieces.taken()

    def end(self) -> Iterator[bytes]:
        self._file.close()
        yield self._pieces.taken()
