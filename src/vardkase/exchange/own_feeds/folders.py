"""The folder of a feed of ours: whose it is while it is written, and which files in it are a feed's."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from vardkase.core.errors import Conflict, Invalid
from vardkase.misp.fields import UUID

MANIFEST, HASHES, UNFINISHED = "manifest.json", "hashes.csv", ".part"
FILE = re.compile(rf"manifest\.json|hashes\.csv|{UUID.pattern}\.json")
"""The names that a feed's files have; nothing else is handed out."""


def folder_of(name: str) -> Path:
    """Where the files of the feed with this name lie."""
    return Path(settings.DATA_DIR) / "feeds" / name


def file_of(name: str, file: str) -> Path | None:
    """A file of the feed with this name, if it has one called so."""
    path = folder_of(name) / file
    return path if FILE.fullmatch(file) and path.is_file() else None


def remove_folder(name: str) -> None:
    """Remove the files of a feed that is no more."""
    shutil.rmtree(folder_of(name), ignore_errors=True)


def unfinished(target: Path) -> Path:
    """Where a file is written before it is whole."""
    return target.with_name(target.name + UNFINISHED)


def event_files(folder: Path) -> Iterator[Path]:
    """The files of events in a feed's folder."""
    return (path for path in folder.glob("*.json") if UUID.fullmatch(path.stem))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep others out of the folder, which is a feed's or empty: files in it are going to be removed."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _begin(folder)
        yield
    except BlockingIOError as error:
        raise Conflict(f"Another export is writing to {folder}.") from error
    finally:
        os.close(held)


def _begin(folder: Path) -> None:
    manifest = folder / MANIFEST
    if not manifest.exists():
        if any(folder.iterdir()):
            raise Invalid(f"{folder} is not empty and holds no feed.")
        manifest.write_bytes(b"{}\n")
    for path in list(folder.glob(f"*{UNFINISHED}")):
        path.unlink()
