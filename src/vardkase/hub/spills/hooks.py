"""Hook points of spills for packages that keep copies of events."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class SpillDeleted:
    """A spilled event is being deleted, in this transaction: copies of it go as well."""

    event_id: int
    event_uuid: UUID


spill_deleted: Hook[SpillDeleted] = Hook("spill_deleted")
