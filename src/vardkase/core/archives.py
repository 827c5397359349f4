"""Untrusted zip archives, opened with limits on their uncompressed size.

What an archive says of its own sizes is not believed: the bytes are counted as they come. An archive inside an archive
is a file like any other, and is not opened.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import InvalidValue
from vardkase.core.problems import ProblemCode

MEBIBYTE = 1024 * 1024
CHUNK = 64 * 1024
DIRECTORY_ENTRY = b"PK\1\2"
BROKEN = (
    zipfile.BadZipFile,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
)
"""What the standard library raises for an archive that is damaged, needs a password, or packs in an unknown way."""


class ArchiveProblem(ProblemCode):
    UNREADABLE = _("The archive cannot be read: %(reason)s")
    TOO_MANY_FILES = _("The archive is too large: it contains more than %(most)s files.")
    TOO_LARGE = _("The archive is too large: unpacked, it exceeds what is allowed.")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits on extracting an archive: `size` bytes in total, `members` files."""

    size: int = 64 * MEBIBYTE
    members: int = 2_000


def members(
    archive: bytes,
    bounds: ArchiveLimits,
    password: bytes | None = None,
    reader: Callable[[io.BytesIO], zipfile.ZipFile] = zipfile.ZipFile,
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file in `archive`, which `reader` opens.

    Raises InvalidValue if it is not an archive, is damaged, needs another password, or exceeds `bounds`.
    """
    left = bounds.size
    try:
        with opened(archive, bounds.members, reader) as found:
            for info in found.infolist():
                if info.is_dir():
                    continue
                content = _content(found, info, left, password)
                left -= len(content)
                yield info.filename, content
    except BROKEN as error:
        raise InvalidValue(ArchiveProblem.UNREADABLE(reason=str(error))) from error


def opened(
    archive: bytes, most: int, reader: Callable[[io.BytesIO], zipfile.ZipFile] = zipfile.ZipFile
) -> zipfile.ZipFile:
    """The archive, if it lists at most `most` files. Raises InvalidValue and the standard library's errors.

    Files are counted before the directory is read, which takes some hundred bytes of memory per file.
    """
    if archive.count(DIRECTORY_ENTRY) > most:
        raise InvalidValue(ArchiveProblem.TOO_MANY_FILES(most=most))
    return reader(io.BytesIO(archive))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, password: bytes | None) -> bytes:
    out = bytearray()
    with archive.open(info, pwd=password) as member:
        while chunk := member.read(CHUNK):
            out += chunk
            if len(out) > left:
                raise InvalidValue(ArchiveProblem.TOO_LARGE())
    return bytes(out)
