"""sightings/*: sightings, false positives and expirations."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.analysis.search.value_search import attributes_with
from vardkase.api.answers import Json, Message, Saved, Stream, Toggled, message, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import (
    Anything,
    Day,
    Flag,
    Last,
    Reference,
    ReturnFormat,
    Since,
    Text,
    Timestamp,
    Until,
)
from vardkase.api.inputs import Body, Filters, JsonArray, field
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.api.value_formats import array
from vardkase.core.body_limits import BodyLimits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_parts
from vardkase.formats.misp_json import SightingOptions, chosen_ids, sighting_pages, sighting_rows
from vardkase.formats.misp_json.sightings import BARE, LISTED, NAMED
from vardkase.formats.misp_json.structs import encoder
from vardkase.formats.sightings import SIGHTING_FORMATS
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import attributes_of_thing, find_attribute, find_event
from vardkase.intel.sightings import services
from vardkase.intel.sightings.documents import read_sightings, report_of
from vardkase.intel.sightings.queries import find_sighting, known_uuids
from vardkase.intel.sightings.search import (
    CONTEXTS,
    NEWEST_FIRST,
    SightingFilters,
    parse_filters,
    recent,
    sightings_query,
)
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_bool

PROFILES = EVERY

ABOUT_ADD = Description(
    "POST a simplified sighting object in JSON format to this API to add a or a list of sightings. Pass either "
    "value(s) or attribute IDs (can be uuids) to identify the target sightings.",
    {"OR": ["values", "id"]},
    ["type", "source", "timestamp", "date", "time", "filters"],
)


class SightingBody(Body, kw_only=True):
    model = "Sighting"

    id: Anything = None
    uuid: Anything = None
    values: Anything = None
    value: Anything = None
    type: Anything = None
    source: Anything = None
    timestamp: Timestamp = None
    date: Day = None
    time: Anything = None
    filters: Anything = None


class SightingList(Paging, kw_only=True):
    id: Reference = ""
    context: Text = ""
    org_id: Reference = ""


class EventSightings(Paging, kw_only=True):
    event_id: Reference = ""


class SightingFields(Filters, kw_only=True):
    return_format: ReturnFormat = field(name="returnFormat", default="json")
    id: Anything = None
    uuid: Anything = None
    type: Anything = None
    source: Anything = None
    org_id: Anything = None
    start: Since = field(name="from", default=None)
    to: Until = None
    last: Last = None
    include_uuid: Flag = field(name="includeUuid", default=False)
    include_attribute: Flag = field(name="includeAttribute", default=False)
    include_event: Flag = field(name="includeEvent", default=False)


NO_EVENT = "Event not found or not accessible by this user."


@endpoint(
    "sightings/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.SIGHTING,),
    writes=True,
    describes=ABOUT_ADD,
)
def add(call: Call, id: str = "", *, body: SightingBody) -> Stream | Message:
    """Report a sighting of each matching attribute; returns the last one, or the reason why there is none."""
    try:
        stored = services.add_sightings(
            call.actor, _attribute_ids(call.actor, id, body), report_of(body.sent)
        )
    # MISP answers 200 here, and only the text says that nothing was stored.
    except NotFound as missing:
        return message(f"Could not add the Sighting. Reason: {missing.wire}")
    except Invalid as refused:
        return message(f"Could not add the Sighting. Reason: {refused.wire}")
    return Stream(sighting_rows(call.actor, [stored[-1].id], BARE))


@endpoint(
    "sightings/quick_add",
    requires=(Permission.SIGHTING,),
    writes=True,
)
def quick_add(call: Call, attribute_id: str, type: str = "0") -> Toggled:
    """Report a sighting of one attribute."""
    report = report_of({"type": type})
    attribute = find_attribute(call.actor, attribute_id)
    services.add_sightings(call.actor, [attribute.id], report)
    return toggled("1 sighting successfully added.")


@endpoint("sightings/delete", requires=(Permission.SIGHTING, Permission.MODIFY_ORG), writes=True)
def delete(call: Call, id: str) -> Saved:
    """Delete a sighting."""
    services.delete_sighting(call.actor, id)
    return saved("Sighting successfully deleted.", f"/sightings/delete/{id}", id=id)


@endpoint("sightings/quick_delete", requires=(Permission.SIGHTING, Permission.MODIFY_ORG), writes=True)
def quick_delete(call: Call, id: str) -> Toggled:
    """Delete a sighting, as MISP's web pages do."""
    services.delete_sighting(call.actor, id)
    return toggled("Sighting deleted.")


@endpoint("sightings/view")
def view(call: Call, id: str) -> Stream:
    """Return one sighting."""
    return Stream(sighting_rows(call.actor, [find_sighting(call.actor, id).id], NAMED))


@endpoint("sightings/index")
def index(call: Call, event_id: str = "", *, params: EventSightings) -> Stream:
    """List all sightings, or those of one event."""
    event = event_id or params.event_id
    filters = SightingFilters(context="event", things=(event,)) if event else SightingFilters()
    ids = params.of(chosen_ids(sightings_query(call.actor, filters)), STREAMED)
    pages = sighting_pages(call.actor, ids, LISTED)
    # Without its brackets: the pages are joined to one list.
    return Stream(array(encoder.encode(page)[1:-1] for page in pages))


@endpoint("sightings/list_sightings")
def list_sightings(
    call: Call, id: str = "", context: str = "", organisation_id: str = "", *, params: SightingList
) -> Stream:
    """List the sightings of an attribute or event, newest first, optionally of one organisation only."""
    filters = _list_filters(call.actor, id, context, organisation_id, params)
    return _list(call.actor, filters, params)


@endpoint("sightings/view_sightings")
def view_sightings(
    call: Call, id: str = "", context: str = "", organisation_id: str = "", *, params: SightingList
) -> Stream:
    """List sightings as listSightings does, limited to the days in Plugin.Sightings_range."""
    filters = _list_filters(call.actor, id, context, organisation_id, params)
    return _list(call.actor, recent(filters), params)


@endpoint("sightings/rest_search")
def rest_search(call: Call, context: str = "", *, filters: SightingFields) -> Stream:
    """Search sightings by filters, of attributes, of events or of both."""
    parameters = filters.sent
    name = str(parameters.get("returnFormat") or "json")
    if name not in SIGHTING_FORMATS:
        raise MispError(404, "Invalid output format.")
    render, content_type, extension = SIGHTING_FORMATS[name]
    try:
        wanted = parse_filters(context or None, parameters, now_seconds())
    except Invalid as refused:
        raise MispError(400, refused.wire) from None
    ids = chosen_ids(sightings_query(call.actor, wanted))
    record_parts(call.actor, FetchChannel.API, "sighting", ids)
    headers = {
        "X-Result-Count": str(len(ids)),
        "X-Export-Module-Used": name,
        "X-Response-Format": extension,
        "X-Skipped-Elements-Count": "0",
    }
    uuids = as_bool(parameters.get("includeUuid"))
    options = SightingOptions(
        value=True,
        attribute_uuid=uuids,
        event_uuid=uuids,
        attribute=as_bool(parameters.get("includeAttribute")),
        event=as_bool(parameters.get("includeEvent")),
    )
    return Stream(render(call.actor, ids, options), content_type, headers)


@endpoint(
    "sightings/bulk_save_sightings",
    body=BodyLimits.DOCUMENT,
    requires_any=(Permission.SYNC, Permission.SIGHTING),
    writes=True,
)
def bulk_save(call: Call, event_id: str, *, sightings: JsonArray) -> Json:
    """Store a peer's new sightings for an event."""
    event = _synchronised(call.actor, event_id)
    added = services.receive_sightings(call.actor, event, read_sightings(call.actor, sightings))
    text = f"{added} sightings added." if added else "No sightings added."
    return Json({"saved": bool(added), "success": text})


@endpoint("sightings/filter_sighting_uuids_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call, event_id: str, *, uuids: JsonArray) -> Json:
    """Return which of the uuids that a peer offers exist here already."""
    event = _synchronised(call.actor, event_id)
    return Json(known_uuids(call.actor, event, [uuid for uuid in uuids if UUID.fullmatch(str(uuid).lower())]))


@endpoint("events/publish_sightings", requires=(Permission.SIGHTING,), writes=True)
def publish(call: Call, event_id: str) -> Json:
    """Publish the sightings of an event to peers."""
    event = find_event(call.actor, event_id)
    services.publish_sightings(call.actor, event.id)
    url = f"{call.base_url}/events/publishSightings/{event.id}"
    return Json(
        {"name": "Publish Sightings", "message": "Sightings published", "url": url, "id": str(event.id)}
    )


def _attribute_ids(actor: Actor, id: str, body: SightingBody) -> Sequence[int]:
    reference = id or body.id or body.uuid
    if isinstance(reference, str | int) and reference:
        return attributes_of_thing(actor, reference)
    values = body.values or body.value
    texts = [
        str(value)
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str | int | float) and value != ""
    ]
    if isinstance(body.filters, dict) and body.filters:
        chosen = {**body.filters, "value": texts} if texts else body.filters
        return chosen_ids(query(actor, parse(Scope.ATTRIBUTES, chosen)))
    return chosen_ids(attributes_with(actor, texts))


def _synchronised(actor: Actor, event_id: str) -> int:
    try:
        return find_event(actor, event_id).id
    except NotFound:
        raise MispError(405, NO_EVENT) from None


def _list_filters(
    actor: Actor, id: str, context: str, organisation_id: str, params: SightingList
) -> SightingFilters:
    context = context or params.context or "attribute"
    organisation = organisation_id or params.org_id
    if context not in CONTEXTS:
        # MISP calls an unknown context, and an unknown thing in it, an invalid object.
        raise MispError(405, "Invalid object.")
    try:
        of_event = context == "event"
        number = (find_event if of_event else find_attribute)(actor, id or params.id).id
    except NotFound:
        raise MispError(405, "Invalid object.") from None
    organisations = (organisation,) if organisation else ()
    return SightingFilters(context=context, things=(str(number),), organisations=organisations)


def _list(actor: Actor, filters: SightingFilters, page: Paging) -> Stream:
    ids = chosen_ids(sightings_query(actor, filters, NEWEST_FIRST))
    return Stream(array(sighting_rows(actor, page.of(ids, STREAMED), NAMED)))
