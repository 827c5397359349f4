"""Moves stored files from where they were kept before to where VARDKASE_FILES says."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.audit.services import Target, record
from vardkase.core import files
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction


def move_files(
    actor: Actor, moved: Callable[[int, int], None] = lambda _count, _size: None
) -> tuple[int, int]:
    """Returns how many files were moved, and their bytes. Raises Forbidden, OSError if a file cannot be moved; those
    before it are moved then, and the rest next time."""
    actor.require_oversight()
    count = size = 0
    try:
        for _name, length in files.move():
            count, size = count + 1, size + length
            moved(count, size)
    finally:
        if count:
            record(actor, IntelAction.FILE_MOVED, Target("file"), {"count": count, "bytes": size})
    return count, size
