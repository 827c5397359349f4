"""Writes an own feed as a folder: `manifest.json`, `hashes.csv` and a file per event, for any web server.

A concurrent reader finds the old file or the new one, never half of one: events go first, then hashes and manifest,
and only then are files removed that are no longer announced. The next write compares with the manifest to see what
is new, so it also completes a write that was interrupted anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Raw

from vardkase.exchange.own_feeds.content import FeedContent, ListedEvent, chosen, listed, outsider, reach_of
from vardkase.exchange.own_feeds.folders import HASHES, MANIFEST, alone_in, event_files, unfinished
from vardkase.formats.feed import FeedEvent, FeedReach, feed_events
from vardkase.identity.access.actor import Actor

ANNOUNCED = msgspec.json.Decoder(dict[str, Raw])


class ManifestEntry(msgspec.Struct):
    """The part of a manifest's entry that shows whether the event has changed."""

    timestamp: int


ENTRY = msgspec.json.Decoder(ManifestEntry)


@dataclass(slots=True)
class Exported:
    """The result of a write, in event files; `uuids` are the events now in the feed."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    uuids: frozenset[str] = frozenset()


def event_ids(actor: Actor, content: FeedContent) -> list[int]:
    reach = reach_of(actor, content)
    reader = outsider(actor, reach)
    return [event.id for event in listed(reader, chosen(reader, content), reach).values()]


def export_feed(
    actor: Actor,
    folder: Path,
    content: FeedContent,
    again: Collection[str] | None = None,
    only: Collection[int] | None = None,
) -> Exported:
    """Make `folder` the feed of `content`, as `actor` may read it; `only` limits it to these event ids.

    Every event is rendered, since names of organisations, tags and distribution change without a new
    timestamp, and a file is written only if its bytes differ. With `again`, only these uuids are rendered,
    plus events that are new or have another timestamp than announced. Raises Invalid (a meaningless
    distribution or filter; a folder with other contents), NotFound (a sharing group), Conflict (a concurrent
    write), OSError.
    """
    reach = reach_of(actor, content)
    actor = outsider(actor, reach)
    wanted = listed(actor, chosen(actor, content), reach)
    if only is not None:
        wanted = {uuid: event for uuid, event in wanted.items() if event.id in only}
    with alone_in(folder):
        before = ANNOUNCED.decode((folder / MANIFEST).read_bytes())
        stale = [
            event for event in wanted.values() if again is None or _is_stale(folder, event, before, again)
        ]
        return _Writing(actor, folder, reach, local_tags=content.local_tags).run(wanted, before, stale)


def _is_stale(folder: Path, event: ListedEvent, before: Mapping[str, Raw], again: Collection[str]) -> bool:
    entry = before.get(event.uuid)
    return (
        entry is None
        or event.uuid in again
        or ENTRY.decode(entry).timestamp != event.timestamp
        or not (folder / f"{event.uuid}.json").exists()
    )


@dataclass(slots=True)
class _Writing:
    actor: Actor
    folder: Path
    reach: FeedReach
    local_tags: bool
    done: Exported = field(default_factory=Exported)

    def run(
        self, wanted: Mapping[str, ListedEvent], before: Mapping[str, Raw], stale: list[ListedEvent]
    ) -> Exported:
        rendered = {event.uuid for event in stale}
        kept = {uuid: entry for uuid, entry in before.items() if uuid in wanted and uuid not in rendered}
        with unfinished(self.folder / HASHES).open("wb") as hashes:
            hashes.writelines(self._hash_lines_of(kept))
            announced = kept | self._write_events([event.id for event in stale], hashes)
        # Entries that stay are copied as bytes: a manifest of thousands is not parsed and written anew.
        entries = (b'"%s":%s' % (uuid.encode(), entry) for uuid, entry in announced.items())
        unfinished(self.folder / MANIFEST).write_bytes(b"{" + b",\n".join(entries) + b"}\n")
        _replace_if_changed(self.folder / HASHES)
        _replace_if_changed(self.folder / MANIFEST)
        self.done.unchanged += len(kept)
        # Last: readers of the former manifest still found these files.
        others = [path for path in event_files(self.folder) if path.stem not in announced]
        for path in others:
            path.unlink()
        self.done.removed = len(others)
        self.done.uuids = frozenset(announced)
        return self.done

    def _hash_lines_of(self, kept: Mapping[str, Raw]) -> Iterator[bytes]:
        hashes = self.folder / HASHES
        if kept and hashes.exists():
            with hashes.open("rb") as lines:
                yield from (line for line in lines if line.rstrip().rpartition(b",")[2].decode() in kept)

    def _write_events(self, ids: list[int], hashes: BinaryIO) -> dict[str, Raw]:
        found: list[str] = []
        announced: dict[str, Raw] = {}
        for event in feed_events(self.actor, ids, self.reach, found.append, local_tags=self.local_tags):
            self._write_event(event)
            hashes.writelines(f"{digest},{event.uuid}\n".encode() for digest in found)
            found.clear()  # `feed_events` appends to the list that it was given.
            announced[event.uuid] = Raw(msgspec.json.encode(event.announcement()))
        return announced

    def _write_event(self, event: FeedEvent) -> None:
        target = self.folder / f"{event.uuid}.json"
        with unfinished(target).open("wb") as file:
            file.writelines(event.document())
        if _replace_if_changed(target):
            self.done.written += 1
        else:
            self.done.unchanged += 1


def _replace_if_changed(target: Path) -> bool:
    """Move what was written beside `target` there; when it is the same, leave the older file as it is."""
    written = unfinished(target)
    # An unchanged file keeps its time: web servers and clients need not fetch it again.
    if target.exists() and _digest(target) == _digest(written):
        written.unlink()
        return False
    written.replace(target)
    return True


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
