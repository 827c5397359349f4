"""Event reports that come with an event (their own endpoints belong to contributions)."""

from __future__ import annotations

from uuid import UUID, uuid4

from vardkase.intel.models import Event, EventReport
from vardkase.intel.services.assemble import Assembler, numbered_parts
from vardkase.misp.report import ReportInput, parse_report


def store_reports(event: Event, parts: object, assembler: Assembler) -> None:
    """Store the reports of a locked event: new ones are added, known ones replaced when newer (core-format §7)."""
    for place, part in numbered_parts(parts, "EventReport"):
        parsed = parse_report(part) if isinstance(part, dict) else {"name": ["Invalid report."]}
        if isinstance(parsed, dict):
            assembler.rejections.add(place, parsed)
        else:
            _store(event, parsed, assembler)


def _store(event: Event, parsed: ReportInput, assembler: Assembler) -> None:
    known = EventReport.objects.filter(uuid=parsed.uuid).first() if parsed.uuid else None
    if known is not None and (
        known.event_id != event.pk or (parsed.timestamp or assembler.now) <= known.timestamp
    ):
        return
    distribution, sharing_group_id = assembler.sharing.limited(
        parsed.distribution, parsed.sharing_group_id, parsed.sharing_group
    )
    EventReport.objects.update_or_create(
        uuid=UUID(parsed.uuid) if parsed.uuid else uuid4(),
        defaults={
            "event": event,
            "name": parsed.name,
            "content": parsed.content,
            "distribution": distribution,
            "sharing_group_id": sharing_group_id,
            "timestamp": parsed.timestamp or assembler.now,
            "deleted": parsed.deleted,
        },
    )
