"""analystData/*: notes, opinions and relationships on any object with a UUID."""

from __future__ import annotations

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Distribution, Mandatory, SharingGroup, Texts, Uuid
from vardkase.api.inputs import Body, JsonObject, Params, with_fields
from vardkase.api.paging import STREAMED, Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Forbidden, Invalid
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch, record_parts
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
ABOUT_ADD = Description(
    "POST a note, opinion or relationship in JSON format to add it to the element with the given type and uuid.",
    url="/analyst_data/add/[type]/[object_uuid]/[object_type]",
)
ABOUT_EDIT = Description(
    "POST the members of a note, opinion or relationship that are to change.",
    url="/analyst_data/edit/[type]/[id]",
)


class AnalystDataFields(Body, kw_only=True):
    """The wrapper is the type in the path."""

    authors: Anything = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    note: Anything = None
    language: Anything = None
    opinion: Anything = None
    comment: Anything = None
    relationship_type: Anything = None
    related_object_uuid: Uuid = None
    related_object_type: Anything = None


class NewAnalystData(AnalystDataFields, kw_only=True):
    object_uuid: Mandatory[Uuid] = None
    object_type: Mandatory[Anything] = None
    uuid: Uuid = None


class AnalystDataCreators(Params, kw_only=True):
    orgc_name: Texts = []


@endpoint("analyst_data/add", requires=AUTHOR, writes=True, describes=ABOUT_ADD)
def add(call: Call, type: str, object_uuid: str = "", object_type: str = "", *, body: NewAnalystData) -> Json:
    """Add analyst data; the body may name the object instead of the path."""
    kind = _kind(type)
    data = dict(call.data(kind.label))
    data["object_uuid"] = object_uuid or data.get("object_uuid")
    data["object_type"] = object_type or data.get("object_type")
    try:
        stored = services.add_analyst_data(call.actor, kind, data)
    except Invalid as refused:
        raise SaveFailed(f"add {kind.label}", f"/analyst_data/add/{kind.label}", refused.errors) from refused
    return Json(analyst_data_dict(call.actor, stored))


@endpoint("analyst_data/edit", requires=AUTHOR, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, type: str, id: str, *, body: AnalystDataFields) -> Json:
    """Edit an entry; only the members given in the body change."""
    kind = _kind(type)
    try:
        stored = services.edit_analyst_data(call.actor, kind, id, call.data(kind.label))
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    except Invalid as refused:
        raise SaveFailed(
            f"edit {kind.label}", f"/analyst_data/edit/{kind.label}", refused.errors
        ) from refused
    return Json(analyst_data_dict(call.actor, stored))


@endpoint("analyst_data/delete", requires=AUTHOR, writes=True)
def delete(call: Call, type: str, id: str) -> Saved:
    """Delete analyst data permanently."""
    kind = _kind(type)
    try:
        number = services.delete_analyst_data(call.actor, kind, id)
    except Forbidden:
        raise MispError(405, NOT_YOURS) from None
    return saved(f"{kind.label} deleted.", f"/{kind.label.lower()}s/delete/{number}", id=number)


@endpoint("analyst_data/view")
def view(call: Call, type: str, id: str) -> Json:
    """Return one entry by id or uuid, with the analyst data on it; the type may be ``all``."""
    kind = None if type == "all" else _kind(type)
    entry = queries.find_analyst_data(call.actor, kind, id)
    record_parts(call.actor, FetchChannel.API, "analyst_data", [entry.id])
    return Json(analyst_data_dict(call.actor, entry.id, viewed=True))


@endpoint("analyst_data/index", inputs={"params": with_fields(Paging, queries.EXACT)})
def index(call: Call, type: str, *, params: Paging) -> Stream:
    """List the entries of a type that the caller may read; any identifying member can be used as a filter."""
    kind = _kind(type)
    filters = {name: getattr(params, name) for name in queries.EXACT}
    ids = params.of(chosen_ids(queries.analyst_data_query(call.actor, kind, filters)), STREAMED)
    record_parts(call.actor, FetchChannel.API, "analyst_data", ids)
    return Stream(analyst_data_list(call.actor, ids))


@endpoint("analyst_data/get_related_element")
def get_related_element(call: Call, type: str, uuid: str) -> Json:
    """Return the object with the given type and uuid, if the caller may read it."""
    if type not in TARGETS:
        raise MispError(404, "Invalid type.")
    target = (type, uuid.lower())
    related = related_objects(call.actor, [target]) if UUID.fullmatch(target[1]) else {}
    return Json(related.get(target, []))


@endpoint("analyst_data/get_children")
def get_children(call: Call, type: str, uuid: str, levels: str = "2") -> Json:
    """List the analyst data on an entry, and on that in turn."""
    entry = queries.find_analyst_data(call.actor, _kind(type), uuid)
    record_parts(call.actor, FetchChannel.API, "analyst_data", [entry.id])
    depth = min(max(as_int(levels) or 2, 1), DEEPEST)
    return Json(said_of(call.actor, entry.uuid, depth)[0] or [])


@endpoint("analyst_data/index_minimal")
def index_minimal(call: Call, *, params: AnalystDataCreators) -> Json:
    """Map the uuid of each readable entry to its time of change, by type; ``orgc_name`` filters by creator."""
    versions: dict[str, dict[str, str]] = {}
    for kind, uuid, modified in queries.minimal_index(call.actor, params.orgc_name):
        versions.setdefault(AnalystDataKind(kind).label, {})[uuid] = modified
    return Json(versions or [])


@endpoint("analyst_data/filter_analyst_data_for_push", body=BodyLimits.FILES, requires=(Permission.SYNC,))
def filter_for_push(call: Call, *, body: JsonObject) -> Json:
    """Select the offered entries that are wanted: unknown here, or synchronised and older here."""
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
def push(call: Call, *, body: JsonObject) -> Saved:
    """Store analyst data that a peer pushes."""
    counters = services.receive_analyst_data(call.actor, body)
    counts = ", ".join(f"{counters[kind]} {kind.value}" for kind in services.Captured)
    return saved(f"Analyst Data imported. {counts}. ", "/analyst_data/pushAnalystData")


@endpoint("attributes/view_analyst_data")
def view_of_attribute(call: Call, attribute_id: str) -> Json:
    """List the analyst data on an attribute."""
    found = find_attribute(call.actor, attribute_id)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [found.event_id])
    return Json(said_of(call.actor, str(found.uuid))[0] or [])


@endpoint("objects/view_analyst_data")
def view_of_object(call: Call, object_id: str) -> Json:
    """List the analyst data on an object."""
    found = find_object(call.actor, object_id)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [found.event_id])
    return Json(said_of(call.actor, str(found.uuid))[0] or [])


def _kind(label: str) -> AnalystDataKind:
    kind = KINDS.get(label)
    if kind is None:
        # MISP's status for an unknown kind of analyst data.
        raise MispError(405, "Invalid type.")
    return kind
