"""The list.json files of the packaged warninglists."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from vardkase.knowledge.sources.files import KnowledgeMissing, files, fingerprint, read
from vardkase.knowledge.warninglists.entries import Entries


class WarninglistFile(msgspec.Struct):
    """A list.json; `values` maps to comments if the list has them."""

    name: str
    type: str
    version: int
    values: list[str] | dict[str, str] = msgspec.field(name="list")
    description: str = ""
    category: str = "false_positive"
    matching_attributes: list[str] = []

    def entries(self) -> Entries:
        return dict(self.values) if isinstance(self.values, dict) else dict.fromkeys(self.values)


class WarninglistHead(msgspec.Struct):
    """What decides whether a list is newer, read without its values."""

    name: str
    version: int


def list_files() -> list[Path]:
    """Raises KnowledgeMissing."""
    return files("misp-warninglists", "lists/*/list.json")


def packaged_list(name: str) -> WarninglistFile | None:
    """The file of the list with this name, whatever its version; None if this machine has none."""
    path = _path_of(name)
    return read(path, WarninglistFile) if path else None


def fingerprint_of(name: str) -> str:
    """Changes when the list's file is replaced; empty if there is none."""
    path = _path_of(name)
    return fingerprint([path]) if path else ""


def _path_of(name: str) -> Path | None:
    try:
        paths = list_files()
    except KnowledgeMissing:
        return None
    return _paths_by_name(fingerprint(paths), tuple(paths)).get(name)


@lru_cache(maxsize=1)
def _paths_by_name(_fingerprint: str, paths: tuple[Path, ...]) -> dict[str, Path]:
    # The fingerprint is part of the cache's key. All files are read in a tenth of a second.
    return {read(path, WarninglistHead).name: path for path in paths}
