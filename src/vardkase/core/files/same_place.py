"""Shows that two places for stored files are different ones: names and paths do not tell, since mounts, links and
addresses of servers lead to the same place."""

from __future__ import annotations

import hashlib
import secrets

from vardkase.core.files.names import FileStore


def refuse_same_place(new: FileStore, former: FileStore, start: str) -> None:
    """Store a file whose name begins with `start` in `new`, and raise OSError if `former` has it too."""
    name, content = _probe(start)
    new.put(name, content)
    try:
        is_there, is_same = new.size(name) is not None, former.size(name) is not None
    finally:
        new.remove(name, before=float("inf"))
    if not is_there:
        raise OSError(
            "The new place does not keep what is stored there. Nothing was removed from the former one."
        )
    if is_same:
        raise OSError(
            "The new and the former place of the files are the same place. There is nothing to move."
        )


def _probe(start: str) -> tuple[str, bytes]:
    """About 256 attempts for the two digits of a folder."""
    while True:
        content = secrets.token_bytes(32)
        name = hashlib.sha256(content).hexdigest()
        if name.startswith(start):
            return name, content
