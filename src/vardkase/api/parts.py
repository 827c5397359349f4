"""Answers to requests that add parts of several kinds to an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vardkase.api.answers import Answer, saved
from vardkase.api.dispatch import Call
from vardkase.api.errors import SaveFailed
from vardkase.core.errors import Invalid
from vardkase.intel.queries.rows import EventRow
from vardkase.intel.services.parts import AddedParts, add_parts


def added(
    call: Call, event: EventRow, document: Mapping[str, Any], errors: Mapping[str, Any] | None = None
) -> Answer:
    """Add the parts in `document`, and say how many were; what was refused stands beside `errors`, by place."""
    where = f"/{call.controller}/{call.action}/{event.id}"
    try:
        found = add_parts(call.actor, event.id, document)
    except Invalid as refused:
        raise SaveFailed(f"{call.action} Event", where, refused.errors) from refused
    told = {**(errors or {}), **{place: dict(reason) for place, reason in found.rejections.errors.items()}}
    return saved(_words(found), where, id=str(event.id), **({"errors": told} if told else {}))


def decoded(given: Any) -> Any:
    """JSON that stands as text inside of a form or of other JSON, as MISP's pages send it; None when it is none."""
    if not isinstance(given, str):
        return given
    try:
        return msgspec.json.decode(given)
    except (msgspec.DecodeError, RecursionError):
        return None


def _words(found: AddedParts) -> str:
    attributes = "attribute" if found.attributes == 1 else "attributes"
    objects = "object" if found.objects == 1 else "objects"
    return f"{found.attributes} {attributes} and {found.objects} {objects} added."
