"""Markings in files: attachments, samples, and the files inside them.

A file is read once: what was found is kept by its content for the present table of markings, without the text.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import msgspec
from django.core.cache import cache

from vardkase.core import files
from vardkase.core.sql import cursor
from vardkase.core.time_budget import allow
from vardkase.formats.incoming.whole_text import WholeText, whole_text
from vardkase.hub.guard.findings import Detector, FindingPlace, GuardFinding, Severity
from vardkase.hub.guard.markings import TABLE, match_in

KEPT = 30 * 24 * 3600
"""Seconds for which a result is kept."""
SECONDS = 20.0
"""After which no further file of an event is begun: somebody waits. Those are said to be unread."""
REQUEST = 90.0
"""Seconds of a request that reads files."""
MOST_FILES = 500
MOST_FOUND = 20
"""Of one file."""
READER = "4"
"""Version of what reads files."""
VERSION = hashlib.sha256(TABLE.read_bytes() + READER.encode()).hexdigest()[:16]

MOST_RECENT = 1_000


class FoundInFile(msgspec.Struct, frozen=True):
    marking: str
    severity: Severity
    path: str


class FileResult(msgspec.Struct, frozen=True):
    found: tuple[FoundInFile, ...] = ()
    unread: tuple[str, ...] = ()


_recent: dict[str, FileResult] = {}
"""What this process has found: a publication that is refused takes back what it stored."""


def markings_in_files(event_id: int, *, only_known: bool = False) -> Iterator[GuardFinding]:
    """What the files of an event say; `only_known`: without reading any now, and so without saying what is unread."""
    rows = cursor().execute(FILES, {"event": event_id, "limit": MOST_FILES + 1}).fetchall()
    unread: list[str] = ["…"] if len(rows) > MOST_FILES else []
    known = _known({digest for _, _, digest in rows})
    deadline = time.monotonic() + SECONDS
    for attribute_id, name, digest in rows[:MOST_FILES]:
        result = known.get(digest)
        if result is None and not only_known:
            allow(REQUEST)
            result = _examined(name, digest) if time.monotonic() < deadline else None
            if result is None:
                unread.append(name)
            else:
                known[digest] = result
        for each in result.found if result else ():
            text = f"{each.marking} ({name}{each.path})"
            yield GuardFinding(Detector.CLASSIFICATION, each.severity, FindingPlace.FILE, attribute_id, text)
        unread += [name + path for path in (result.unread if result else ())]
    if unread and not only_known:
        yield GuardFinding(
            Detector.UNREAD_FILES, Severity.NOTES, FindingPlace.FILE, 0, ", ".join(unread[:5]), len(unread)
        )


def _known(digests: set[str]) -> dict[str, FileResult]:
    known = {digest: _recent[digest] for digest in digests if digest in _recent}
    keys = {_key(digest): digest for digest in digests if digest not in known}
    stored = cache.get_many(keys) if keys else {}
    return known | {keys[key]: msgspec.json.decode(each, type=FileResult) for key, each in stored.items()}


def _examined(name: str, digest: str) -> FileResult | None:
    """None if the file is gone."""
    try:
        content = files.read(digest)
    except FileNotFoundError:
        return None
    result = _result(name, whole_text(name, content))
    if len(_recent) >= MOST_RECENT:
        _recent.clear()
    _recent[digest] = result
    cache.set(_key(digest), msgspec.json.encode(result).decode(), KEPT)
    return result


def _result(name: str, said: WholeText) -> FileResult:
    """Paths are kept without the name of the file, which another attribute with the same file may call otherwise."""
    texts: dict[tuple[str, bool], str] = {}
    for each in said.texts:
        place = each.path.removeprefix(name), each.loose
        texts[place] = f"{texts[place]}\n;\n{each.text}" if place in texts else each.text
    # Programs may hold any word, and nobody could change it.
    found = {
        FoundInFile(match.marking.name, Severity.NOTES if loose else match.marking.severity, path): None
        for (path, loose), text in texts.items()
        for match in match_in(text, limit=MOST_FOUND)
    }
    # What stops comes first, so that notes never displace it.
    ordered = sorted(found, key=lambda each: each.severity is not Severity.STOPS)
    unread = dict.fromkeys(path.removeprefix(name) for path in said.unread)
    return FileResult(tuple(ordered[:MOST_FOUND]), tuple(unread)[:MOST_FOUND])


def _key(digest: str) -> str:
    return f"guard-file-{VERSION}-{digest}"


FILES = """
SELECT id, coalesce(nullif(value1, ''), 'file'), data_sha256 FROM attribute
WHERE event_id = %(event)s AND NOT deleted AND data_sha256 IS NOT NULL ORDER BY id LIMIT %(limit)s
"""
