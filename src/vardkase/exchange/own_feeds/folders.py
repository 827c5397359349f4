"""The folder of an own feed: locking while it is written, and recognising its files."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.misp.fields import UUID

MANIFEST, HASHES, UNFINISHED = "manifest.json", "hashes.csv", ".part"
FILE = re.compile(rf"manifest\.json|hashes\.csv|{UUID.pattern}\.json")
"""The names of a feed's files; nothing else is served."""


def folder_of(name: str) -> Path:
    return Path(settings.DATA_DIR) / "feeds" / name


def file_of(name: str, file: str) -> Path | None:
    path = folder_of(name) / file
    return path if FILE.fullmatch(file) and path.is_file() else None


def remove_folder(name: str) -> None:
    shutil.rmtree(folder_of(name), ignore_errors=True)


def remove_event(event_uuid: uuid.UUID) -> None:
    """Remove the document of an event from the folders of all feeds."""
    for path in (Path(settings.DATA_DIR) / "feeds").glob(f"*/{event_uuid}.json*"):
        path.unlink(missing_ok=True)


def unfinished(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)


def event_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.json") if UUID.fullmatch(path.stem))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock the folder, which is a feed's or empty: files in it are going to be removed."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _prepare(folder)
        yield
    except BlockingIOError as error:
        raise Conflict(OwnFeedProblem.FOLDER_IN_USE(folder=folder)) from error
    finally:
        os.close(held)


def _prepare(folder: Path) -> None:
    manifest = folder / MANIFEST
    if not manifest.exists():
        if any(folder.iterdir()):
            # Files without a manifest are not ours, and would be removed as events that are no longer announced.
            raise Invalid(OwnFeedProblem.FOLDER_NOT_EMPTY(folder=folder))
        manifest.write_bytes(b"{}\n")
    for path in list(folder.glob(f"*{UNFINISHED}")):
        path.unlink()
