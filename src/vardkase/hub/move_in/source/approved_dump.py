"""A dump that officers have approved by its SHA-256: what was hashed is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.dump import Rows, Table, read_dump
from vardkase.hub.move_in.source.files import digest_of


def read_as_hashed(dump: Path, digest: str, *, without_comments: bool) -> Iterator[Table | Rows]:
    """Raises InvalidValue at the end if the file is another by then, so that nothing of it is kept."""
    yield from read_dump(dump, without_comments=without_comments)
    if digest_of(dump) != digest:
        reason = f"{dump.name} was exchanged while it was read"
        raise InvalidValue(DumpProblem.FILES_UNREADABLE(reason=reason))
