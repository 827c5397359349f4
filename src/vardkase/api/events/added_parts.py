"""The answer of endpoints that add parts of several kinds to an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Saved, saved
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.intel.columns import EventRow
from vardkase.intel.services.added_parts import add_parts


def added(
    call: Call, event: EventRow, document: Mapping[str, Any], errors: Mapping[str, Any] | None = None
) -> Saved:
    """Add the parts in `document` and return how many; refused parts are reported in `errors`, by position."""
    where = f"/{call.controller}/{call.action}/{event.id}"
    try:
        parts = add_parts(call.actor, event.id, document)
    except Invalid as refused:
        raise SaveFailed(f"{call.action} Event", where, refused.errors) from refused
    refusals = {
        **(errors or {}),
        **{place: dict(reason) for place, reason in parts.rejections.errors.items()},
    }
    attributes = "attribute" if parts.attributes == 1 else "attributes"
    objects = "object" if parts.objects == 1 else "objects"
    return saved(
        f"{parts.attributes} {attributes} and {parts.objects} {objects} added.",
        where,
        id=str(event.id),
        **({"errors": refusals} if refusals else {}),
    )
