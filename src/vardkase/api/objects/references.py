"""Endpoints of object references: view."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.request import Call
from vardkase.api.saved_rows import stored_reference
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.intel.queries.find import find_reference


@endpoint("object_references/view", answers="ObjectReference")
def view(call: Call, reference_id: str) -> Json:
    """Return one reference, even if deleted."""
    reference = find_reference(call.actor, reference_id, deleted=True)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [reference.event_id])
    return Json({"ObjectReference": stored_reference(reference)})
