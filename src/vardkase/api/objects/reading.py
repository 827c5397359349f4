"""Endpoints of objects: view and index."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json, Stream, Text
from vardkase.api.dispatch import endpoint
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.formats.misp_json import object_dict, object_list
from vardkase.intel.queries.find import find_object
from vardkase.intel.queries.lists import newest_objects

PAGE = 60


@endpoint("objects/view")
def view(call: Call) -> Answer:
    """Return one object with its attributes, even if deleted. HEAD only checks that it exists."""
    row = find_object(call.actor, call.arg(0), deleted=True)
    if call.method == "HEAD":
        return Text("")
    return Json({"Object": object_dict(call.actor, row.id)})


@endpoint("objects/index")
def index(call: Call) -> Answer:
    """List objects page by page, newest first."""
    limit, offset = limit_and_offset(call, PAGE)
    return Stream(object_list(call.actor, newest_objects(call.actor, limit=limit, offset=offset)))
