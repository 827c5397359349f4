"""analystData/*: notes, opinions and relationships on any object with a UUID."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.api.answers import Answer, Json, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.paging import STREAMED, paged
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Forbidden, Invalid
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.misp_json.analyst_data import analyst_data_dict, analyst_data_list, said_of
from vardkase.formats.misp_json.related_objects import related_objects
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.analyst_data import queries, services
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.queries.find import find_attribute, find_object
from vardkase.misp.analyst_data import TARGETS
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

PROFILES = EVERY

AUTHOR = (Permission.ADD, Permission.ANALYST_DATA)
NOT_YOURS = "You are not authorised to do that."
DEEPEST = 10
KINDS = {kind.label: kind for kind in AnalystDataKind}
MEMBERS = [
    "uuid",
    "authors",
    "distribution",
    "sharing_group_id",
    "note",
    "language",
    "opinion",
    "comment",
    "relationship_type",
    "related_object_uuid",
    "related_object_type",
]
ABOUT_ADD = Description(
    "POST a note, opinion or relationship in JSON format to add it to the element with the given type and uuid.",
    ["object_uuid", "object_type"],
    MEMBERS,
    "/analyst_data/add/[type]/[object_uuid]/[object_type]",
)
ABOUT_EDIT = Description(
    "POST the members of a note, opinion or relationship that are to change.",
    [],
    MEMBERS[1:],
    "/analyst_data/edit/[type]/[id]",
)


@endpoint("analyst_data/add", requires=AUTHOR, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Add analyst data: ``/analystData/add/<type>/<uuid>/<type of the object>``; the body may name the object
    instead."""
    kind = _kind(call)
    data = dict(call.data(kind.label))
    for member, place in (("object_uuid", 1), ("object_type", 2)):
        data[member] = call.arg(place) or data.get(member)
    try:
        stored = services.add_analyst_data(call.actor, kind, data)
    except Invalid as refused:
        raise SaveFailed(f"add {kind.label}", f"/analyst_data/add/{kind.label}", refused.errors) from refused
    return Json(analyst_data_dict(call.actor, stored))


@endpoint("analyst_data/edit", requires=AUTHOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit an entry; only the members given in the body change."""
    kind = _kind(call)
    try:
        stored = services.edit_analyst_data(call.actor, kind, call.arg(1), call.data(kind.label))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    except Invalid as refused:
        raise SaveFailed(
            f"edit {kind.label}", f"/analyst_data/edit/{kind.label}", refused.errors
        ) from refused
    return Json(analyst_data_dict(call.actor, stored))


@endpoint("analyst_data/delete", requires=AUTHOR, writes=True)
def delete(call: Call) -> Answer:
    """Delete analyst data permanently."""
    kind = _kind(call)
    try:
        number = services.delete_analyst_data(call.actor, kind, call.arg(1))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved(f"{kind.label} deleted.", f"/{kind.label.lower()}s/delete/{number}", id=number)


@endpoint("analyst_data/view")
def view(call: Call) -> Answer:
    """Return one entry by id or uuid, with the analyst data on it: ``/analystData/view/<type, or all>/<id>``."""
    kind = None if call.arg(0) == "all" else _kind(call)
    entry = queries.find_analyst_data(call.actor, kind, call.arg(1))
    return Json(analyst_data_dict(call.actor, entry.id, viewed=True))


@endpoint("analyst_data/index")
def index(call: Call) -> Answer:
    """List the entries of a type that the caller may read; any identifying member can be used as a filter."""
    kind = _kind(call)
    filters = {name: call.param(name) for name in queries.EXACT}
    ids = chosen_ids(queries.analyst_data_query(call.actor, kind, filters))
    return Stream(analyst_data_list(call.actor, paged(call, ids, STREAMED)))


@endpoint(
    "analyst_data/get_related_element",
    describes=Description(url="/analystData/getRelatedElement/[type]/[uuid]"),
)
def get_related_element(call: Call) -> Answer:
    """Return the object with the given type and uuid, if the caller may read it."""
    kind, uuid = call.arg(0), call.arg(1).lower()
    if kind not in TARGETS:
        raise MispError(404, "Invalid type.")
    target = (kind, uuid)
    related = related_objects(call.actor, [target]) if UUID.fullmatch(uuid) else {}
    return Json(related.get(target, []))


@endpoint(
    "analyst_data/get_children", describes=Description(url="/analystData/getChildren/[type]/[uuid]/[levels]")
)
def get_children(call: Call) -> Answer:
    """List the analyst data on an entry: ``/analystData/getChildren/<type>/<uuid>/<levels>``."""
    entry = queries.find_analyst_data(call.actor, _kind(call), call.arg(1))
    depth = min(max(as_int(call.arg(2)) or 2, 1), DEEPEST)
    return Json(said_of(call.actor, entry.uuid, depth)[0] or [])


@endpoint("analyst_data/index_minimal")
def index_minimal(call: Call) -> Answer:
    """Map the uuid of each readable entry to its time of change, by type; ``orgc_name`` filters by creator."""
    creators = call.param("orgc_name") or []
    names = [str(name) for name in (creators if isinstance(creators, list) else [creators])]
    versions: dict[str, dict[str, str]] = {}
    for kind, uuid, modified in queries.minimal_index(call.actor, names):
        versions.setdefault(AnalystDataKind(kind).label, {})[uuid] = modified
    return Json(versions or [])


@endpoint("analyst_data/filter_analyst_data_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call) -> Answer:
    """Select the offered entries that are wanted: unknown here, or synchronised and older here."""
    body: Mapping[str, Any] = call.body if isinstance(call.body, dict) else {}
    offered: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        versions = body.get(kind)
        versions = versions if isinstance(versions, dict) else {}
        offered[kind] = {
            uuid: modified
            for uuid, modified in versions.items()
            if UUID.fullmatch(uuid.lower()) and isinstance(modified, str)
        }
    wanted = services.wanted(call.actor, offered)
    # PHP encodes an empty map as [], and its clients expect it so.
    return Json({kind: versions or [] for kind, versions in wanted.items()})


@endpoint(
    "analyst_data/push_analyst_data", body=BodyLimits.DOCUMENT, requires=(Permission.SYNC,), writes=True
)
def push(call: Call) -> Answer:
    """Store analyst data that a peer pushes."""
    counters = services.receive_analyst_data(call.actor, call.body if isinstance(call.body, dict) else {})
    counts = ", ".join(f"{counters[kind]} {kind.value}" for kind in services.Captured)
    return saved(f"Analyst Data imported. {counts}. ", "/analyst_data/pushAnalystData")


@endpoint("attributes/view_analyst_data")
def view_of_attribute(call: Call) -> Answer:
    """List the analyst data on an attribute."""
    return _analyst_data_on(call, find_attribute(call.actor, call.arg(0)).uuid)


@endpoint("objects/view_analyst_data")
def view_of_object(call: Call) -> Answer:
    """List the analyst data on an object."""
    return _analyst_data_on(call, find_object(call.actor, call.arg(0)).uuid)


def _analyst_data_on(call: Call, uuid: Any) -> Answer:
    return Json(said_of(call.actor, str(uuid))[0] or [])


def _kind(call: Call) -> AnalystDataKind:
    kind = KINDS.get(call.arg(0))
    if kind is None:
        raise MispError(405, "Invalid type.")
    return kind
