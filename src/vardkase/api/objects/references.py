"""Object references: view."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.stored import stored_reference
from vardkase.intel.queries.find import find_reference


@endpoint("object_references/view")
def view(call: Call) -> Answer:
    """One reference, also a deleted one."""
    return Json({"ObjectReference": stored_reference(find_reference(call.actor, call.arg(0), deleted=True))})
