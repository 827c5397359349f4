"""Endpoints of objects: view and index."""

from __future__ import annotations

from vardkase.api.answers import Json, Stream, Text
from vardkase.api.dispatch import endpoint
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.formats.misp_json import chosen_ids, object_dict, object_list
from vardkase.intel.queries.find import find_object
from vardkase.intel.queries.lists import newest_objects

PAGE = 60


@endpoint("objects/view", answers="Object")
def view(call: Call, object_id: str) -> Json | Text:
    """Return one object with its attributes, even if deleted. HEAD only checks that it exists."""
    row = find_object(call.actor, object_id, deleted=True)
    if call.method == "HEAD":
        return Text("")
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [row.event_id])
    return Json({"Object": object_dict(call.actor, row.id)})


@endpoint("objects/index")
def index(call: Call, *, params: Paging) -> Stream:
    """List objects page by page, newest first."""
    limit, offset = params.limit_and_offset(PAGE)
    ids = chosen_ids(newest_objects(call.actor, limit=limit, offset=offset))
    record_fetch(call.actor, FetchChannel.API, FetchedKind.OBJECT, ids)
    return Stream(object_list(call.actor, ids))
