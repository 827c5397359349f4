"""Warninglists as a package holds them, without its file."""

from __future__ import annotations

from vardkase.knowledge.warninglists.entries import write_entries
from vardkase.knowledge.warninglists.loader import take
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.packaged import WarninglistFile

__all__ = ["WarninglistFile", "store"]


def store(file: WarninglistFile, *, enabled: bool = False) -> bool:
    """As `take`, with the entries in the database although the list may be disabled."""
    if not take(file, enabled=enabled):
        return False
    write_entries(Warninglist.objects.get(name=file.name), file.entries())
    return True
