"""Everything that a file and the files inside it say, for searching. Files are read in sandbox processes."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is read."""
PROGRAM = "vardkase.formats.incoming.whole_text_program"
LIMITS = Limits(memory=1024 * 1024 * 1024, seconds=10)
whole_texts = SandboxPool(PROGRAM, LIMITS)
unmeasured = SandboxPool(PROGRAM, LIMITS, measured=False)
"""For files of which not even the metrics should tell that somebody had them read."""


class Said(msgspec.Struct):
    """A text in the file at `path`, or with `unread` that it could not be examined, or not to its end.

    `loose`: what looks like text in a file of no known kind, such as a program.
    """

    path: str
    text: str = ""
    unread: bool = False
    loose: bool = False


@dataclass(slots=True)
class WholeText:
    """`unread` are the paths of files that were not read, or not to their end.

    A file in an archive has a path below the archive's.
    """

    texts: list[Said] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def whole_text(name: str, content: bytes, pool: SandboxPool = whole_texts) -> WholeText:
    found = WholeText()
    if len(content) > LARGEST:
        found.unread.append(name)
        return found
    try:
        with pool.job({"name": name}) as process:
            for piece in process.ask(content):
                said = msgspec.json.decode(piece, type=Said)
                found.texts.append(said)
                if said.unread:
                    found.unread.append(said.path)
    except (Invalid, LimitReached, ProgramFailed):  # What was read before that counts.
        found.unread.append(name)
    return found
