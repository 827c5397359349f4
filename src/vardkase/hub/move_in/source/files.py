"""The files of a MISP, in a folder or in a tar archive: attachments, logos, certificates."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Self

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem

LARGEST = 512 * 1024 * 1024


class MispFiles:
    """Finds files by their path below `app/files`, wherever that is in the folder or archive.

    A tar archive is unpacked on the fly; `in_order` reads it once from front to back, which a compressed one needs.
    Links and special files are not followed.
    """

    def __init__(self, place: Path | None) -> None:
        self._folder: Path | None = None
        self._archive: tarfile.TarFile | None = None
        self._members: dict[str, tarfile.TarInfo] = {}
        if place is None:
            return
        if place.is_dir():
            self._folder = _folder_in(place)
            return
        try:
            self._archive = tarfile.open(place)  # noqa: SIM115 - closed by `close`
            for member in self._archive:
                if member.isfile():
                    self._members[_below_files(member.name)] = member
        except (tarfile.TarError, OSError, EOFError) as error:
            raise InvalidValue(DumpProblem.FILES_UNREADABLE(reason=str(error))) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    @property
    def are_given(self) -> bool:
        return self._folder is not None or self._archive is not None

    def read(self, path: str) -> bytes | None:
        """The content of `300/278163`; None if there is no such file, or it is larger than any that MISP takes."""
        if self._folder is not None:
            found = (self._folder / path).resolve()
            if (
                not found.is_relative_to(self._folder)
                or not found.is_file()
                or found.stat().st_size > LARGEST
            ):
                return None
            return found.read_bytes()
        member = self._members.get(path)
        if self._archive is None or member is None or member.size > LARGEST:
            return None
        opened = self._archive.extractfile(member)
        return None if opened is None else opened.read()

    def paths(self) -> Iterator[str]:
        """The paths of all files, in the order in which they are best read."""
        if self._folder is not None:
            for found in sorted(self._folder.rglob("*")):
                if found.is_file():
                    yield found.relative_to(self._folder).as_posix()
        yield from self._members


def digest_of_files(place: Path | None) -> str:
    """The SHA-256 of a tar archive; of a folder, that of what `sha256sum` prints for its files in the order of their
    names, and for its links of where they lead; "" for none."""
    if place is None:
        return ""
    if not place.is_dir():
        return digest_of(place)
    folder = _folder_in(place)
    found = hashlib.sha256()
    for name, file in sorted((os.fsencode(file.relative_to(folder)), file) for file in folder.rglob("*")):
        if file.is_symlink():
            found.update(
                hashlib.sha256(os.fsencode(file.readlink())).hexdigest().encode() + b"  " + name + b"\n"
            )
        elif file.is_file():
            found.update(digest_of(file).encode() + b"  " + name + b"\n")
    return found.hexdigest()


def digest_of(file: Path) -> str:
    """Raises InvalidValue for a pipe, which gives something else each time."""
    if not file.is_file():
        raise InvalidValue(DumpProblem.FILES_UNREADABLE(reason=f"{file.name} is not a regular file"))
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _folder_in(place: Path) -> Path:
    inner = (place / "app" / "files", place / "files")
    return next((found for found in inner if found.is_dir()), place).resolve()


def _below_files(name: str) -> str:
    parts = PurePosixPath(name).parts
    if "files" in parts:
        parts = parts[parts.index("files") + 1 :]
    return "/".join(part for part in parts if part not in (".", "/"))
