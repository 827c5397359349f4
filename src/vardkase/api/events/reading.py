"""Endpoints of events: view and index."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vardkase.analysis.search.index import event_index_query
from vardkase.api.answers import Answer, Stream, Text
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.events.protection import vouched_for
from vardkase.api.paging import STREAMED, paged
from vardkase.api.request import Call
from vardkase.api.responses import XML_TYPE
from vardkase.core.errors import Invalid
from vardkase.formats.misp_json import Deleted, EventOptions, chosen_ids, event_document, event_index
from vardkase.formats.search_options import elsewhere
from vardkase.formats.xml import whole_events
from vardkase.intel.queries.find import find_event
from vardkase.misp.flags import as_bool

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@endpoint("events/view", describes=Description("One event.", url="/events/view/[event_id]"), answers="Event")
def view(call: Call) -> Answer:
    """Return one event with all its contents. HEAD only checks that it exists."""
    event = find_event(call.actor, call.arg(0) or call.param("id", ""))
    if call.method == "HEAD":
        return Text("")
    answer = event_answer(call, event.id, view_options(call))
    return vouched_for(call, event, answer) if event.protected else answer


@endpoint("events/index")
def index(call: Call) -> Answer:
    """List events without their contents; X-Result-Count is the total number."""
    body = call.body if isinstance(call.body, dict) else {}
    try:
        ids = chosen_ids(event_index_query(call.actor, {**call.named, **body}))
    except Invalid as error:
        raise MispError(400, error.wire) from error
    rows = event_index(call.actor, paged(call, ids, STREAMED), minimal=as_bool(call.param("minimal")))
    return Stream(rows, headers={"X-Result-Count": str(len(ids))})


def event_answer(
    call: Call, event_id: int, options: EventOptions, headers: Mapping[str, str] = NO_HEADERS
) -> Stream:
    if call.wants_xml:
        return Stream(whole_events(call.actor, [event_id], options), XML_TYPE, headers)
    return Stream(event_document(call.actor, event_id, options), headers=headers)


def view_options(call: Call) -> EventOptions:
    """The options of events/view, which unlike events/restSearch includes attachments by default."""
    to_ids = call.param("toIDS")
    return EventOptions(
        deleted=deleted_parts(call.param("deleted")),
        extended=as_bool(call.param("extended")),
        extension_list=as_bool(call.param("extensionList")),
        exclude_galaxy=as_bool(call.param("excludeGalaxy")),
        no_event_reports=as_bool(call.param("noEventReports")),
        no_shadow_attributes=as_bool(call.param("noShadowAttributes")),
        no_sightings=as_bool(call.param("noSightings")),
        include_attachments=as_bool(call.param("includeAttachments"), default=True),
        exclude_local_tags=as_bool(call.param("excludeLocalTags")),
        sg_reference_only=as_bool(call.param("sgReferenceOnly")),
        include_event_correlations=as_bool(call.param("includeEventCorrelations"), default=True),
        include_granular_correlations=as_bool(call.param("includeGranularCorrelations")),
        include_analyst_data=True,
        include_warninglist_hits=as_bool(call.param("includeWarninglistHits"), default=True),
        elsewhere=elsewhere(
            feeds=as_bool(call.param("includeFeedCorrelations"), default=True),
            servers=as_bool(call.param("includeServerCorrelations")),
        ),
        to_ids={"1": True, "2": False}.get(str(to_ids)),
    )


def deleted_parts(value: Any) -> Deleted:
    """How events/view reads ``deleted``: 1 includes deleted parts; 2 or "only" returns them alone; a list is
    taken literally."""
    words = {str(word).lower() for word in value} if isinstance(value, list) else {str(value).lower()}
    if words & {"2", "only"}:
        return Deleted.ONLY
    if isinstance(value, list):
        shown, hidden = bool(words & {"0", "false"}), bool(words & {"1", "true"})
        return Deleted.BOTH if shown and hidden else Deleted.ONLY if hidden else Deleted.NO
    return Deleted.BOTH if as_bool(value) else Deleted.NO
