"""A copy of what a MISP gives over its API, in a folder, so that a download that was interrupted goes on.

Lists are read anew each time. An event is downloaded again only if its row in MISP's index, its sightings or its
proposals are others than in the copy, or than at the last run that was finished.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from vardkase.hub.move_in.source.api.client import MOST_PAGES, RunningMisp, entries_of, number_of
from vardkase.hub.move_in.source.api.events import QUESTION, SEARCH, files_of, require_events
from vardkase.hub.move_in.source.api.indexes import INDEXES, NOT_GIVEN, Index
from vardkase.hub.move_in.source.api.instance import instance_of
from vardkase.hub.move_in.source.api.shapes import Beside, Cluster, require, require_members
from vardkase.hub.move_in.wording import NOT_OVER_API

CLUSTERS, SIGHTINGS = "galaxy_clusters/restSearch", "sightings/restSearch"
PROPOSALS = "shadow_attributes/index"
AT_ONCE, MOST_AT_ONCE = 20, 2_000
"""Events, and attributes in them, that are asked for together."""
OF_AN_EVENT = (
    "timestamp", "publish_timestamp", "published", "attribute_count", "distribution", "sharing_group_id", "analysis",
    "threat_level_id", "date", "info", "org_id", "orgc_id", "locked", "disable_correlation", "extends_uuid",
    "protected", "proposal_email_lock", "sighting_timestamp",
)  # fmt: skip
ALWAYS = {"returnFormat": "json", "from": 1, "to": 4_000_000_000}
NEVER = (
    "No MISP gives this over its API: passwords and keys are set anew, the rest has to be seen to by hand."
)
REFUSED = "MISP did not give it: it has no such list, or does not show it to this key."

type Progress = Callable[[str, int, int], None]
type Marks = Mapping[str, str]
"""By number of the event, a mark of its state."""


class ApiCopy:
    """`known` are the marks of the last run that was finished: events that still have them are not downloaded."""

    def __init__(self, misp: RunningMisp, folder: Path, known: Marks, *, with_files: bool) -> None:
        self._misp, self.folder, self._with_files = misp, folder, with_files
        self.known = known
        self.marks: dict[str, str] = {}
        self._refused: list[str] = []

    @property
    def url(self) -> str:
        return self._misp.url

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def download(self, progress: Progress) -> None:
        """Raises InvalidValue if MISP cannot be reached, or refuses the key."""
        instance = instance_of(self._misp)
        self._require_own_folder([self.url, str(instance["settings"].get("MISP.uuid") or "")])
        for folder in (self.folder, self.files, self.folder / "events"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refused.clear()
        self._write("instance", [instance])
        for number, index in enumerate(INDEXES, 1):
            self._write(index.path, self._entries(index))
            progress(f"list of {index.kind}", number, len(INDEXES))
        self._write("clusters", self._clusters())
        self._download_events(progress)

    def left_out(self) -> list[dict[str, Any]]:
        """What the API has not given, as entries of the report."""
        return [
            {"kind": NOT_OVER_API, "why": why, "count": len(names), "names": names}
            for why, names in ((NEVER, list(NOT_GIVEN)), (REFUSED, self._refused))
            if names
        ]

    def entries(self, name: str) -> Iterator[dict[str, Any]]:
        """What was written: of a list by its path, or "instance" or "clusters"."""
        with self._file(name).open("rb") as file:
            for line in file:
                yield msgspec.json.decode(line)

    def event(self, number: str) -> dict[str, Any] | None:
        """None for one that has not changed, or that MISP did not give although it lists it."""
        file = self._event_file(number, self.marks[number])
        if self.known.get(number) == self.marks[number] or not file.exists():
            return None
        document: dict[str, Any] = msgspec.json.decode(zstandard.decompress(file.read_bytes()))
        return document

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _require_own_folder(self, whose: list[str]) -> None:
        """Another MISP has other things under the same numbers: what an earlier download has left of it goes."""
        note = self.folder / "of.json"
        told = msgspec.json.encode(whose)
        if not note.exists() or note.read_bytes() != told:
            self.remove()
            self.folder.mkdir(mode=0o700, parents=True)
            note.write_bytes(told)

    def _entries(self, index: Index) -> Iterator[Mapping[str, Any]]:
        pages = self._misp.pages(index.path)
        if pages is None:
            self._refused.append(index.kind)
            return
        for listed in (entry for page in pages for entry in page):
            yield self._whole(index, listed)

    def _whole(self, index: Index, listed: dict[str, Any]) -> dict[str, Any]:
        """The entry, with what its list leaves out."""
        members = listed.get(index.model, listed)
        require_members(index.path, members, index.needs)
        path, entry = index.path, dict(listed)
        if index.view and index.whole(members):
            path = f"{index.view}/{number_of(index.path, members['id'])}"
            found = self._misp.find(path) or {}
            require(path, found, index.shape)
            entry |= found
        lists = [part.member for part in index.parts]
        require_members(path, entry, (), lists)
        require_members(path, entry.get(index.model, entry), index.needs, lists)
        return entry

    def _clusters(self) -> Iterator[Mapping[str, Any]]:
        """Those that people made; packaged ones are in this hub's package."""
        question = {"returnFormat": "json", "custom": 1, "limit": AT_ONCE}
        seen: set[int] = set()
        for page in range(1, MOST_PAGES):
            found = entries_of(CLUSTERS, self._misp.post(CLUSTERS, question | {"page": page}))
            known = len(seen)
            for entry in found:
                cluster = entry.get("GalaxyCluster", entry)
                require(CLUSTERS, cluster, Cluster)
                if (number := int(cluster["id"])) not in seen:
                    seen.add(number)
                    yield entry
            if len(found) < AT_ONCE or len(seen) == known:
                return

    def _download_events(self, progress: Progress) -> None:
        beside = self._beside()
        sizes: dict[str, int] = {}
        for row in self._misp.event_rows():
            number = str(number_of("events/index", row["id"]))
            self.marks[number] = _mark(row, beside.get(number, []))
            if self.known.get(number) != self.marks[number] and not self._is_there(number):
                sizes[number] = int(row.get("attribute_count") or 0)
        done = 0
        for batch in _batches(sizes):
            question = QUESTION | {"eventid": [int(number) for number in batch]}
            for event in require_events(entries_of(SEARCH, self._misp.post(SEARCH, question))):
                self._keep(event)
            done += len(batch)
            progress("download of events", done, len(sizes))

    def _beside(self) -> dict[str, list[int]]:
        """By event, how many sightings and proposals it has and which is the last: no time of the event tells that."""
        found: dict[str, list[int]] = {}
        pages: list[tuple[str, int, str, Iterable[Any]]] = [
            (SIGHTINGS, 0, "id", entries_of(SIGHTINGS, self._misp.post(SIGHTINGS, ALWAYS)))
        ]
        pages += ((PROPOSALS, 2, "timestamp", page) for page in self._misp.pages(PROPOSALS) or ())
        for path, place, last, entries in pages:
            for entry in entries:
                members = next(iter(entry.values())) if len(entry) == 1 else entry
                require(path, members, Beside)
                known = found.setdefault(str(members["event_id"]), [0, 0, 0, 0])
                known[place] += 1
                known[place + 1] = max(known[place + 1], int(members.get(last) or 0))
        return found

    def _keep(self, event: Mapping[str, Any]) -> None:
        """Its files first: an event that is in the copy is whole. They may be others than at an earlier download."""
        number = str(number_of(SEARCH, event["id"]))
        if number not in self.marks:
            return
        # All of them are looked at before any is asked for.
        for path, place in list(files_of(event)) if self._with_files else ():
            file = self.files / place
            file.unlink(missing_ok=True)
            if (content := self._misp.file(path)) is not None:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write_whole(file, content)
        whole = zstandard.compress(msgspec.json.encode(event))
        _write_whole(self._event_file(number, self.marks[number]), whole)

    def _is_there(self, number: str) -> bool:
        return self._event_file(number, self.marks[number]).exists()

    def _event_file(self, number: str, mark: str) -> Path:
        return self.folder / "events" / f"{int(number)}-{mark}"

    def _write(self, name: str, entries: Iterable[Any]) -> None:
        with self._file(name).open("wb") as file:
            for entry in entries:
                file.write(msgspec.json.encode(entry) + b"\n")

    def _file(self, name: str) -> Path:
        return self.folder / name.replace("/", "-")


def _mark(row: Mapping[str, Any], beside: Sequence[int]) -> str:
    tags = sorted((str(tag.get("tag_id")), bool(tag.get("local"))) for tag in row.get("EventTag") or ())
    state = [[row.get(name) for name in OF_AN_EVENT], tags, beside]
    return hashlib.blake2b(msgspec.json.encode(state), digest_size=8).hexdigest()


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    weight = 0
    for number, size in sizes.items():
        if batch and (len(batch) >= AT_ONCE or weight + size > MOST_AT_ONCE):
            yield batch
            batch, weight = [], 0
        batch.append(number)
        weight += size
    if batch:
        yield batch


def _write_whole(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)
