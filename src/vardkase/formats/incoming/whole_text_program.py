"""Everything that a file says: its text, names and metadata, and those of files inside it.

For searching, not for reading. Runs inside a sandbox process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vardkase.core.sandbox.program import Answerer
from vardkase.formats.incoming.whole_text import Said
from vardkase.formats.incoming.whole_text_kinds import InnerFile, Unreadable, reader_of, strings

MOST_TEXT = 4_000_000
"""Characters of a file and all files inside it."""
MOST_FILES = 1_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all files inside, unpacked."""
DEEPEST = 4
"""A file in a mail in an archive in an archive."""


@dataclass(slots=True)
class _Allowance:
    text: int = MOST_TEXT
    files: int = MOST_FILES
    size: int = field(default=MOST_BYTES)


def open_job(arguments: dict[str, Any]) -> Answerer:
    def answer(document: bytes) -> Iterator[bytes]:
        for said in _read(arguments["name"], document, _Allowance(), 0):
            yield msgspec.json.encode(said)

    return answer


def _read(path: str, content: bytes, left: _Allowance, depth: int) -> Iterator[Said]:
    left.files -= 1
    left.size -= len(content)
    if left.files < 0 or left.size < 0 or depth > DEEPEST:
        yield Said(path, unread=True)
        return
    try:
        reader = reader_of(path, content)
        for part in reader(content):
            if isinstance(part, InnerFile):
                inside = f"{path}/{part.name}"
                yield Said(inside, part.name)
                yield from _read(inside, part.content, left, depth + 1)
            elif part.strip():
                yield Said(path, part[: left.text], len(part) > left.text, reader is strings)
                left.text = max(0, left.text - len(part))
    except Unreadable:
        yield Said(path, unread=True)
    # Libraries raise whatever they stumble over in a damaged file, and the files beside it are still to be read.
    except Exception:  # noqa: BLE001
        yield Said(path, unread=True)
