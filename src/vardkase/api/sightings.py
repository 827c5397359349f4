"""sightings/*: sightings, false positives and expirations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.analysis.search.value_search import attributes_with
from vardkase.api.answers import Answer, Json, Stream, message, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import STREAMED, paged
from vardkase.api.request import Call
from vardkase.api.value_formats import array
from vardkase.core.body_limits import BodyLimits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.formats.misp_json import SightingOptions, chosen_ids, sighting_pages, sighting_rows
from vardkase.formats.misp_json.sightings import BARE, LISTED, NAMED
from vardkase.formats.misp_json.structs import encoder
from vardkase.formats.sightings import SIGHTING_FORMATS
from vardkase.hub.profiles import EVERY
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
NO_EVENT = "Event not found or not accessible by this user."


@endpoint(
    "sightings/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.SIGHTING,),
    writes=True,
    describes=ABOUT_ADD,
)
def add(call: Call) -> Answer:
    """Report a sighting of each matching attribute; returns the last one, or the reason why there is none."""
    data = call.data("Sighting")
    try:
        stored = services.add_sightings(call.actor, _attribute_ids(call, data), report_of(data))
    except NotFound as missing:
        return message(f"Could not add the Sighting. Reason: {missing.wire}")
    except Invalid as refused:
        return message(f"Could not add the Sighting. Reason: {refused.wire}")
    return Stream(sighting_rows(call.actor, [stored[-1].id], BARE))


@endpoint(
    "sightings/quick_add",
    requires=(Permission.SIGHTING,),
    writes=True,
    describes=Description(url="/sightings/quickAdd/[attribute_id]/[type]"),
)
def quick_add(call: Call) -> Answer:
    """Report a sighting of one attribute: ``/sightings/quickAdd/<attribute>/<type>``."""
    report = report_of({"type": call.arg(1, "0")})
    attribute = find_attribute(call.actor, call.arg(0))
    services.add_sightings(call.actor, [attribute.id], report)
    return toggled("1 sighting successfully added.")


@endpoint("sightings/delete", requires=(Permission.SIGHTING, Permission.MODIFY_ORG), writes=True)
def delete(call: Call) -> Answer:
    """Delete a sighting."""
    services.delete_sighting(call.actor, call.arg(0))
    return saved("Sighting successfully deleted.", f"/sightings/delete/{call.arg(0)}", id=call.arg(0))


@endpoint("sightings/quick_delete", requires=(Permission.SIGHTING, Permission.MODIFY_ORG), writes=True)
def quick_delete(call: Call) -> Answer:
    """Delete a sighting, as MISP's web pages do."""
    services.delete_sighting(call.actor, call.arg(0))
    return toggled("Sighting deleted.")


@endpoint("sightings/view")
def view(call: Call) -> Answer:
    """Return one sighting."""
    return Stream(sighting_rows(call.actor, [find_sighting(call.actor, call.arg(0)).id], NAMED))


@endpoint("sightings/index")
def index(call: Call) -> Answer:
    """List all sightings, or those of one event."""
    event = call.arg(0) or str(call.param("event_id") or "")
    filters = SightingFilters(context="event", things=(event,)) if event else SightingFilters()
    ids = paged(call, chosen_ids(sightings_query(call.actor, filters)), STREAMED)
    pages = sighting_pages(call.actor, ids, LISTED)
    return Stream(array(encoder.encode(page)[1:-1] for page in pages))


@endpoint(
    "sightings/list_sightings",
    describes=Description(url="/sightings/listSightings/[id]/[context]/[organisation_id]"),
)
def list_sightings(call: Call) -> Answer:
    """List the sightings of an attribute or event, newest first, optionally of one organisation only."""
    return _list(call, _list_filters(call))


@endpoint(
    "sightings/view_sightings",
    describes=Description(url="/sightings/viewSightings/[id]/[context]/[organisation_id]"),
)
def view_sightings(call: Call) -> Answer:
    """List sightings as listSightings does, limited to the days in Plugin.Sightings_range."""
    return _list(call, recent(_list_filters(call)))


@endpoint("sightings/rest_search")
def rest_search(call: Call) -> Answer:
    """Search sightings by filters: ``/sightings/restSearch/<attribute or event>``, or without a context."""
    parameters = {**call.named, **(call.body if isinstance(call.body, dict) else {})}
    name = str(parameters.get("returnFormat") or "json")
    if name not in SIGHTING_FORMATS:
        raise MispError(404, "Invalid output format.")
    render, content_type, extension = SIGHTING_FORMATS[name]
    try:
        filters = parse_filters(call.arg(0) or None, parameters, now_seconds())
    except Invalid as refused:
        raise MispError(400, refused.wire) from None
    ids = chosen_ids(sightings_query(call.actor, filters))
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
def bulk_save(call: Call) -> Answer:
    """Store a peer's new sightings for an event."""
    event_id = _synchronised(call)
    parts = call.body if isinstance(call.body, list) else []
    added = services.receive_sightings(call.actor, event_id, read_sightings(call.actor, parts))
    text = f"{added} sightings added." if added else "No sightings added."
    return Json({"saved": bool(added), "success": text})


@endpoint("sightings/filter_sighting_uuids_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call) -> Answer:
    """Return which of the uuids that a peer offers exist here already."""
    event_id = _synchronised(call)
    uuids = call.body if isinstance(call.body, list) else []
    return Json(
        known_uuids(call.actor, event_id, [uuid for uuid in uuids if UUID.fullmatch(str(uuid).lower())])
    )


@endpoint("events/publish_sightings", requires=(Permission.SIGHTING,), writes=True)
def publish(call: Call) -> Answer:
    """Publish the sightings of an event to peers."""
    event = find_event(call.actor, call.arg(0))
    services.publish_sightings(call.actor, event.id)
    url = f"{call.base_url}/events/publishSightings/{event.id}"
    return Json(
        {"name": "Publish Sightings", "message": "Sightings published", "url": url, "id": str(event.id)}
    )


def _attribute_ids(call: Call, data: dict[str, Any]) -> Sequence[int]:
    reference = call.arg(0) or data.get("id") or data.get("uuid")
    if isinstance(reference, str | int) and reference:
        return attributes_of_thing(call.actor, reference)
    values = data.get("values") or data.get("value")
    texts = [
        str(value)
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str | int | float) and value != ""
    ]
    filters = data.get("filters")
    if isinstance(filters, dict) and filters:
        chosen = {**filters, "value": texts} if texts else filters
        return chosen_ids(query(call.actor, parse(Scope.ATTRIBUTES, chosen)))
    return chosen_ids(attributes_with(call.actor, texts))


def _synchronised(call: Call) -> int:
    try:
        return find_event(call.actor, call.arg(0)).id
    except NotFound:
        raise MispError(405, NO_EVENT) from None


def _list_filters(call: Call) -> SightingFilters:
    reference = call.arg(0) or str(call.param("id") or "")
    context = call.arg(1) or str(call.param("context") or "attribute")
    organisation = call.arg(2) or str(call.param("org_id") or "")
    if context not in CONTEXTS:
        raise MispError(405, "Invalid object.")
    try:
        of_event = context == "event"
        number = (find_event if of_event else find_attribute)(call.actor, reference).id
    except NotFound:
        raise MispError(405, "Invalid object.") from None
    organisations = (organisation,) if organisation else ()
    return SightingFilters(context=context, things=(str(number),), organisations=organisations)


def _list(call: Call, filters: SightingFilters) -> Answer:
    ids = chosen_ids(sightings_query(call.actor, filters, NEWEST_FIRST))
    return Stream(array(sighting_rows(call.actor, paged(call, ids, STREAMED), NAMED)))
