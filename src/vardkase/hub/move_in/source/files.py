"""The files of a MISP, in a folder or in a tar archive: attachments, logos, certificates."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Self

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.dump_files import HashedFile

LARGEST = 512 * 1024 * 1024

type FileDigests = Mapping[str, bytes]
"""By path below `app/files`, the SHA-256 of what is in the file."""


class MispFiles:
    """Finds files by their path below `app/files`, wherever that is in the folder or archive.

    Nothing outside of the folder is read. `approved`: with other content than this, a file is refused.
    """

    def __init__(self, place: Path | None, approved: FileDigests | None = None) -> None:
        self._approved = approved
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
        """The content of `300/278163`; None if there is no such file, or it is larger than any that MISP takes.

        Raises InvalidValue if it is not what was approved.
        """
        content = self._packed(path) if self._folder is None else self._in_folder(self._folder, path)
        if content is not None and self._approved is not None:
            self._require_approved(self._approved, path, content)
        return content

    def _in_folder(self, folder: Path, path: str) -> bytes | None:
        found = _inside(folder, folder / path)
        return None if found is None or found.stat().st_size > LARGEST else found.read_bytes()

    def _packed(self, path: str) -> bytes | None:
        member = self._members.get(path)
        if self._archive is None or member is None or member.size > LARGEST:
            return None
        opened = self._archive.extractfile(member)
        return None if opened is None else opened.read()

    def _require_approved(self, approved: FileDigests, path: str, content: bytes) -> None:
        expected = approved.get(path)
        if expected is None and self._folder is not None:  # In a folder to which a link leads.
            expected = approved.get(os.path.relpath((self._folder / path).resolve(), self._folder))
        if hashlib.sha256(content).digest() != expected:
            raise InvalidValue(DumpProblem.EXCHANGED(name=path))

    def paths(self) -> Iterator[str]:
        """The paths of all files, in the order in which they are best read."""
        if self._folder is not None:
            for found in sorted(self._folder.rglob("*")):
                if found.is_file():
                    yield found.relative_to(self._folder).as_posix()
        yield from self._members


def digests_of(place: Path | None) -> tuple[str, FileDigests]:
    """The SHA-256 of all and of each: of a tar archive as it is; of a folder, of what `sha256sum` prints for its files
    in the order of their names, and for its links of where they lead; "" for none."""
    if place is None:
        return "", {}
    return _digests_of_folder(_folder_in(place)) if place.is_dir() else _digests_of_archive(place)


def _digests_of_folder(folder: Path) -> tuple[str, FileDigests]:
    whole = hashlib.sha256()
    found: dict[str, bytes] = {}
    for name, file in sorted((os.fsencode(file.relative_to(folder)), file) for file in folder.rglob("*")):
        path = os.fsdecode(name)
        if (where := _inside(folder, file)) is not None:
            found[path] = bytes.fromhex(digest_of(where))
        if file.is_symlink():
            printed = hashlib.sha256(os.fsencode(file.readlink())).digest()
        elif path in found:
            printed = found[path]
        else:
            continue
        whole.update(printed.hex().encode() + b"  " + name + b"\n")
    return whole.hexdigest(), found


def _digests_of_archive(archive: Path) -> tuple[str, FileDigests]:
    _require_regular(archive)
    found: dict[str, bytes] = {}
    try:
        with HashedFile(archive) as file:
            with tarfile.open(fileobj=file, mode="r|*") as packed:
                for member in packed:
                    opened = packed.extractfile(member) if member.isfile() else None
                    if opened is not None:
                        found[_below_files(member.name)] = hashlib.file_digest(opened, "sha256").digest()  # type: ignore[arg-type]
            return file.digest(), found
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InvalidValue(DumpProblem.FILES_UNREADABLE(reason=str(error))) from error


def digest_of(file: Path) -> str:
    """Raises InvalidValue for a pipe, which gives something else each time."""
    _require_regular(file)
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _require_regular(file: Path) -> None:
    if not file.is_file():
        raise InvalidValue(DumpProblem.FILES_UNREADABLE(reason=f"{file.name} is not a regular file"))


def _inside(folder: Path, file: Path) -> Path | None:
    """Where it is, links followed, if that is a file in this folder."""
    found = file.resolve()
    return found if found.is_relative_to(folder) and found.is_file() else None


def _folder_in(place: Path) -> Path:
    inner = (place / "app" / "files", place / "files")
    return next((found for found in inner if found.is_dir()), place).resolve()


def _below_files(name: str) -> str:
    parts = PurePosixPath(name).parts
    if "files" in parts:
        parts = parts[parts.index("files") + 1 :]
    return "/".join(part for part in parts if part not in (".", "/"))
