"""What becomes of frozen copies of an event that is deleted as a spill: they go with it, and their assessments."""

from __future__ import annotations

from vardkase.hub.public_records.cases.models import CaseItem
from vardkase.hub.spills.hooks import SpillDeleted


def forget_spilled(deleted: SpillDeleted) -> None:
    CaseItem.every.filter(event_uuid=deleted.event_uuid).delete()
