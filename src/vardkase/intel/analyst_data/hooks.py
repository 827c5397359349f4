"""Hook points of analyst data for higher layers, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class AnalystDataStored:
    """New notes, opinions and relationships, written here or received."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnalystDataWritten:
    """Notes, opinions and relationships that are new, changed or deleted."""

    ids: tuple[int, ...]


analyst_data_stored: Hook[AnalystDataStored] = Hook("analyst_data_stored")
analyst_data_written: Hook[AnalystDataWritten] = Hook("analyst_data_written")
