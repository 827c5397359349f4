"""The hub's own feed: a folder with `manifest.json`, `hashes.csv` and a file for each event, for any web server.

Every event is rendered each time and a file is written only when its bytes are new: names of organisations, tags
and reach change without a new timestamp. Whoever reads meanwhile finds the old file or the new one, never half of
one: events go first, then hashes and manifest, and only then what is not announced any more is removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.sql import SqlQuery
from vardkase.formats.feed import FeedEvent, Reach, feed_events
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import find_group
from vardkase.misp.fields import UUID

MANIFEST, HASHES, UNFINISHED = "manifest.json", "hashes.csv", ".part"
PUBLIC = (1, 2, 3)
"""Distributions that a feed may take: what an organisation keeps for itself goes into none."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """Which of the published events a feed holds. Empty asks nothing; `published_since` as restSearch takes it.

    `tags` and `organisations` (those that created the event) may begin with ! for "not".
    """

    distributions: tuple[int, ...] = (3,)
    sharing_groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    published_since: str = ""
    local_tags: bool = False


@dataclass(slots=True)
class Exported:
    """What an export did, in files of events."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def export_feed(actor: Actor, folder: Path, content: FeedContent) -> Exported:
    """Make `folder` the feed of `content`, as `actor` may read it.

    Raises Invalid (a distribution or filter that has no meaning; a folder that holds something else), NotFound (a
    sharing group), Conflict (another export writes there), OSError.
    """
    reach = _reach(actor, content)
    chosen = _chosen(actor, content)
    with _alone_in(folder):
        done = Exported()
        with (folder / (HASHES + UNFINISHED)).open("wb") as hashes:
            announced = _write_events(actor, folder, chosen, reach, content, hashes, done)
        _put_in_place(folder / HASHES)
        _put_in_place(folder / MANIFEST)
        done.removed = _remove_others(folder, announced)
    return done


def _reach(actor: Actor, content: FeedContent) -> Reach:
    refused = [each for each in content.distributions if each not in PUBLIC]
    if refused:
        raise Invalid({"distribution": [f"A feed takes the distributions 1, 2 and 3, not {refused[0]}."]})
    groups = (find_group(actor, reference).pk for reference in content.sharing_groups)
    return Reach(frozenset(map(str, content.distributions)), frozenset(map(str, groups)))


def _chosen(actor: Actor, content: FeedContent) -> SqlQuery:
    distributions = [*content.distributions, *([4] if content.sharing_groups else [])]
    given: dict[str, Any] = {
        "published": True,
        "distribution": distributions,
        "tags": list(content.tags),
        "org": list(content.organisations),
        "publish_timestamp": content.published_since,
    }
    now = now_seconds()
    search = parse(Scope.EVENTS, given, now)
    since = search.publish_timestamp
    if (
        since and (since.start or 0) > now
    ):  # As a search it would find nothing, and the feed would be emptied.
        raise Invalid({"published_since": ["Neither a period such as 30d nor a day that has been."]})
    return query(actor, search)


def _write_events(
    actor: Actor,
    folder: Path,
    chosen: SqlQuery,
    reach: Reach,
    content: FeedContent,
    hashes: BinaryIO,
    done: Exported,
) -> set[str]:
    """Write the events' files; hashes and manifest beside where they will stand. The uuids of the events."""
    found: list[str] = []
    announced: set[str] = set()
    with (folder / (MANIFEST + UNFINISHED)).open("wb") as manifest:
        manifest.write(b"{")
        for event in feed_events(actor, chosen, reach, found.append, local_tags=content.local_tags):
            _write_event(folder, event, done)
            hashes.writelines(f"{digest},{event.uuid}\n".encode() for digest in found)
            found.clear()
            entry = msgspec.json.encode(event.announcement())
            manifest.write(b",\n" * bool(announced) + f'"{event.uuid}":'.encode() + entry)
            announced.add(event.uuid)
        manifest.write(b"}\n")
    return announced


def _write_event(folder: Path, event: FeedEvent, done: Exported) -> None:
    target = folder / f"{event.uuid}.json"
    with _unfinished(target).open("wb") as file:
        file.writelines(event.document())
    if _put_in_place(target):
        done.written += 1
    else:
        done.unchanged += 1


def _put_in_place(target: Path) -> bool:
    """Move what was written beside `target` there; when it is the same, leave the older file as it is."""
    unfinished = _unfinished(target)
    if target.exists() and _digest(target) == _digest(unfinished):
        unfinished.unlink()
        return False
    unfinished.replace(target)
    return True


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _unfinished(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)


def _remove_others(folder: Path, announced: set[str]) -> int:
    """Remove the events that are announced no more, whatever left them there."""
    others = [path for path in _event_files(folder) if path.stem not in announced]
    for path in others:
        path.unlink()
    return len(others)


def _event_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.json") if UUID.fullmatch(path.stem))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
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
    _remove(folder.glob(f"*{UNFINISHED}"))


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        path.unlink()
