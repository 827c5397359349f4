"""Endpoints of events: view and index."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vardkase.analysis.search.event_index import event_index_query
from vardkase.api.answers import Stream, Text
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.events.protection import vouched_for
from vardkase.api.fields import DeletedParts, Flag, Reference
from vardkase.api.inputs import Params, field
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.api.responses import XML_TYPE
from vardkase.api.search_fields import IndexFilters
from vardkase.core.errors import Invalid
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.formats.misp_json import Deleted, EventOptions, chosen_ids, event_document, event_index
from vardkase.formats.search_options import elsewhere
from vardkase.formats.xml import whole_events
from vardkase.intel.queries.find import find_event
from vardkase.misp.flags import as_bool

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class ViewParams(Params, kw_only=True):
    """Unlike events/restSearch, events/view includes attachments by default."""

    id: Reference = ""
    to_ids: Reference = field(name="toIDS", default="")
    deleted: DeletedParts = None
    extended: Flag = False
    extension_list: Flag = field(name="extensionList", default=False)
    exclude_galaxy: Flag = field(name="excludeGalaxy", default=False)
    no_event_reports: Flag = field(name="noEventReports", default=False)
    no_shadow_attributes: Flag = field(name="noShadowAttributes", default=False)
    no_sightings: Flag = field(name="noSightings", default=False)
    include_attachments: Flag = field(name="includeAttachments", default=True)
    exclude_local_tags: Flag = field(name="excludeLocalTags", default=False)
    sg_reference_only: Flag = field(name="sgReferenceOnly", default=False)
    include_event_correlations: Flag = field(name="includeEventCorrelations", default=True)
    include_granular_correlations: Flag = field(name="includeGranularCorrelations", default=False)
    include_warninglist_hits: Flag = field(name="includeWarninglistHits", default=True)
    include_feed_correlations: Flag = field(name="includeFeedCorrelations", default=True)
    include_server_correlations: Flag = field(name="includeServerCorrelations", default=False)

    @property
    def options(self) -> EventOptions:
        return EventOptions(
            deleted=_deleted_parts(self.deleted),
            extended=self.extended,
            extension_list=self.extension_list,
            exclude_galaxy=self.exclude_galaxy,
            no_event_reports=self.no_event_reports,
            no_shadow_attributes=self.no_shadow_attributes,
            no_sightings=self.no_sightings,
            include_attachments=self.include_attachments,
            exclude_local_tags=self.exclude_local_tags,
            sg_reference_only=self.sg_reference_only,
            include_event_correlations=self.include_event_correlations,
            include_granular_correlations=self.include_granular_correlations,
            include_analyst_data=True,
            include_warninglist_hits=self.include_warninglist_hits,
            elsewhere=elsewhere(
                feeds=self.include_feed_correlations, servers=self.include_server_correlations
            ),
            to_ids={"1": True, "2": False}.get(self.to_ids),
        )


class IndexPage(Paging, kw_only=True):
    minimal: Flag = False


@endpoint("events/view", describes=Description("One event."), answers="Event", from_replica=True)
def view(call: Call, event_id: str = "", *, params: ViewParams) -> Stream | Text:
    """Return one event with all its contents. HEAD only checks that it exists."""
    event = find_event(call.actor, event_id or params.id)
    if call.method == "HEAD":
        return Text("")
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [event.id])
    answer = event_answer(call, event.id, params.options)
    return vouched_for(call, event, answer) if event.protected else answer


@endpoint("events/index", from_replica=True)
def index(call: Call, *, filters: IndexFilters, params: IndexPage) -> Stream:
    """List events without their contents; X-Result-Count is the total number."""
    try:
        ids = chosen_ids(event_index_query(call.actor, filters.sent))
    except Invalid as error:
        raise MispError(400, error.wire) from error
    rows = event_index(call.actor, params.of(ids, STREAMED), minimal=params.minimal)
    return Stream(rows, headers={"X-Result-Count": str(len(ids))})


def event_answer(
    call: Call, event_id: int, options: EventOptions, headers: Mapping[str, str] = NO_HEADERS
) -> Stream:
    if call.wants_xml:
        return Stream(whole_events(call.actor, [event_id], options), XML_TYPE, headers)
    return Stream(event_document(call.actor, event_id, options), headers=headers)


def _deleted_parts(value: Any) -> Deleted:
    """How events/view reads ``deleted``: 1 includes deleted parts; 2 or "only" returns them alone; a list is
    taken literally."""
    words = {str(word).lower() for word in value} if isinstance(value, list) else {str(value).lower()}
    if words & {"2", "only"}:
        return Deleted.ONLY
    if isinstance(value, list):
        shown, hidden = bool(words & {"0", "false"}), bool(words & {"1", "true"})
        return Deleted.BOTH if shown and hidden else Deleted.ONLY if hidden else Deleted.NO
    return Deleted.BOTH if as_bool(value) else Deleted.NO
