"""Endpoints of object references: view."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import endpoint
from vardkase.api.request import Call
from vardkase.api.stored import stored_reference
from vardkase.intel.queries.find import find_reference


@endpoint("object_references/view")
def view(call: Call) -> Answer:
    """Return one reference, even if deleted."""
    return Json({"ObjectReference": stored_reference(find_reference(call.actor, call.arg(0), deleted=True))})
