"""Tar streams: read along with for one of their files, made of stored files, and unpacked."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.files.names import StoredFile

BLOCK = 512
PIECE = 1 << 20
IN_MEMORY = 16 << 20
LARGEST_MANIFEST = 512 << 20


class Followed:
    """A tar stream that is read through, and from which one small file is kept on the way."""

    def __init__(self, source: BinaryIO, wanted: str) -> None:
        self._source, self._wanted = source, wanted
        self._skip, self._keep = 0, 0
        self._header, self._kept = bytearray(), bytearray()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._follow(memoryview(data))
        return data

    @property
    def content(self) -> bytes:
        return bytes(self._kept)

    def _follow(self, data: memoryview) -> None:
        while data:
            if self._keep:
                self._kept += data[: self._keep]
                taken = min(self._keep, len(data))
                self._keep -= taken
            elif self._skip:
                taken = min(self._skip, len(data))
                self._skip -= taken
            else:
                taken = min(BLOCK - len(self._header), len(data))
                self._header += data[:taken]
                if len(self._header) == BLOCK:
                    self._begin()
            data = data[taken:]

    def _begin(self) -> None:
        header, self._header = bytes(self._header), bytearray()
        if not any(header):  # The end of the stream.
            return
        name = header[:100].rstrip(b"\0").decode()
        # Sizes from 8 GiB are binary, the others octal.
        size = int.from_bytes(header[125:136]) if header[124] & 0x80 else int(header[124:135], 8)
        if name == self._wanted and size <= LARGEST_MANIFEST:
            self._keep, self._kept = size, bytearray()
        else:
            self._skip = size
        self._skip += -size % BLOCK


class FilesTar:
    """A tar stream of stored files, made while it is read: each is opened when its turn comes.

    Those that are gone by then, or are not what their names say, are left out: one file that somebody exchanged would
    otherwise keep the rest from being backed up, or the backup from being restored.
    """

    def __init__(self, files: Sequence[tuple[str, StoredFile]]) -> None:
        self._pieces = self._made(files)
        self._rest = b""
        self.missing: list[str] = []
        self.damaged: list[str] = []

    def read(self, size: int = -1, /) -> bytes:
        while len(self._rest) < size or size < 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        cut = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:cut], self._rest[cut:]
        return data

    def _made(self, files: Sequence[tuple[str, StoredFile]]) -> Iterator[bytes]:
        for name, path in files:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                self.missing.append(name)
                continue
            except OSError as error:
                raise BackupFailed(BackupProblem.FILES_UNREADABLE(said=str(error))) from None
            with file, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
                if _copied_digest(file, copy) != name:
                    self.damaged.append(name)
                    continue
                info = tarfile.TarInfo(name)
                info.size, info.mtime, info.mode = copy.tell(), int(path.stat().st_mtime), 0o600
                yield info.tobuf(tarfile.PAX_FORMAT)
                copy.seek(0)
                while piece := copy.read(PIECE):
                    yield piece
                yield bytes(-info.size % BLOCK)
        yield bytes(2 * BLOCK)


def _copied_digest(source: BinaryIO, target: Any) -> str:
    digest = hashlib.sha256()
    while piece := source.read(PIECE):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def unpack(stream: BinaryIO, folder: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 20) as tar:
        tar.extractall(folder, filter="data")


def unpack_files(stream: BinaryIO, files_dir: Path) -> Iterator[str]:
    """Unpack stored files, each checked against its name, which is its SHA-256; yields the names.

    Raises BackupFailed for one that is not what its name says.
    """
    with tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 20) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None or len(member.name) != 64 or not member.name.isalnum():
                raise BackupFailed(BackupProblem.DAMAGED(name=member.name))
            target = files_dir / member.name[:2] / member.name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = target.with_name(f"{target.name}.new")
            digest = hashlib.sha256()
            with temporary.open("wb") as file:
                while piece := content.read(1 << 20):
                    digest.update(piece)
                    file.write(piece)
            temporary.chmod(0o600)
            if digest.hexdigest() != member.name:
                temporary.unlink()
                raise BackupFailed(BackupProblem.DAMAGED(name=member.name))
            temporary.replace(target)
            yield member.name


def copied(source: BinaryIO, target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def as_stream(data: bytes) -> BinaryIO:
    return io.BytesIO(data)
