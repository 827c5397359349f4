"""Requests that upload a document, and responses that add parts of several kinds to an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.api.answers import Answer, saved
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.intel.queries.rows import EventRow
from vardkase.intel.services.added_parts import AddedParts, add_parts


def added(
    call: Call, event: EventRow, document: Mapping[str, Any], errors: Mapping[str, Any] | None = None
) -> Answer:
    """Add the parts in `document` and return how many; refused parts are reported in `errors`, by position."""
    where = f"/{call.controller}/{call.action}/{event.id}"
    try:
        found = add_parts(call.actor, event.id, document)
    except Invalid as refused:
        raise SaveFailed(f"{call.action} Event", where, refused.errors) from refused
    told = {**(errors or {}), **{place: dict(reason) for place, reason in found.rejections.errors.items()}}
    return saved(_words(found), where, id=str(event.id), **({"errors": told} if told else {}))


def options(call: Call, model: str = "Event") -> Callable[..., Any]:
    """Options sent along with a document, by name and default.

    They are read from the path, the query or a form, never from a JSON body, which is the document itself.
    """
    fields = call.data(model) if call.headers.get("Content-Type", "").startswith("multipart/") else {}
    return lambda name, default=None: fields.get(name, call.named.get(name, call.query.get(name, default)))


def decoded(given: Any) -> Any:
    """JSON encoded as text inside a form or other JSON, as MISP's pages send it; None if it is not JSON."""
    if not isinstance(given, str):
        return given
    try:
        return json_limits.decoded(given)
    except ValueError:
        return None


def _words(found: AddedParts) -> str:
    attributes = "attribute" if found.attributes == 1 else "attributes"
    objects = "object" if found.objects == 1 else "objects"
    return f"{found.attributes} {attributes} and {found.objects} {objects} added."
