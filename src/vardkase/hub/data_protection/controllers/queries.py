"""Queries for controllers of events, for callers who have found that the actor may read the event."""

from __future__ import annotations

from uuid import UUID

from vardkase.hub.data_protection.controllers.models import PublishingController


def controller_of(event_uuid: UUID | str) -> PublishingController | None:
    """Who is controller for what was published of an event, with its contact as of then.

    None if it was last published before the hub kept a register: then it is the organisation that owns the event.
    """
    return PublishingController.objects.filter(event_uuid=event_uuid).order_by("-since").first()
