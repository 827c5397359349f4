"""servers/*: version and capabilities of this instance, for clients and other instances."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import declared_permissions, endpoint
from vardkase.api.inputs import JsonArray, JsonObject
from vardkase.api.request import Call
from vardkase.core.instance import instance_uuid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import organisations
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.misp.version import MISP_VERSION

REQUEST_ENCODINGS = ["gzip", "br"]
HIDDEN_UUID = "-"


@endpoint("servers/getVersion", requires=(Permission.AUTH,))
def version(call: Call) -> Json:
    """Return the version of MISP that this API implements, and the caller's main permissions."""
    actor = call.actor
    return Json(
        {
            "version": MISP_VERSION,
            "pymisp_recommended_version": MISP_VERSION,
            "perm_sync": actor.may(Permission.SYNC),
            "perm_sighting": actor.may(Permission.SIGHTING),
            "perm_galaxy_editor": actor.may(Permission.GALAXY_EDITOR),
            "perm_analyst_data": actor.may(Permission.ANALYST_DATA),
            "uuid": instance_uuid() if actor.may(Permission.SYNC) else HIDDEN_UUID,
            "request_encoding": REQUEST_ENCODINGS,
            "filter_sightings": True,
            "collection_sync": True,
        }
    )


@endpoint("servers/getPyMISPVersion")
def pymisp_version(call: Call) -> Json:
    """Return the version of PyMISP that matches this hub."""
    return Json({"version": MISP_VERSION})


@endpoint("servers/getInstanceUUID", requires=(Permission.SYNC,))
def get_instance_uuid(call: Call) -> Json:
    """Return the uuid of this hub."""
    return Json({"uuid": instance_uuid()})


@endpoint("servers/postTest")
def post_test(call: Call, *, document: JsonObject, listed: JsonArray) -> Json:
    """Return the received body and headers, so that peers can check that requests arrive unmodified."""
    headers = {
        "Content-type": call.headers.get("Content-Type", ""),
        "Accept": call.headers.get("Accept", ""),
        "Authorization": "OK",
    }
    return Json({"body": document or listed, "headers": headers})


@endpoint("servers/getAvailableSyncFilteringRules")
def sync_filtering_rules(call: Call) -> Json:
    """List the names that a peer can use in its pull rules."""
    names = [organisation.name for organisation in organisations("all")]
    tags = list(visible_tags(call.actor).values_list("name", flat=True))
    return Json({"organisations": names, "tags": tags})


@endpoint("servers/queryACL", site_admin=True)
@endpoint("events/queryACL", site_admin=True)
def query_acl(call: Call, question: str = "printAllFunctionNames") -> Json:
    """List the permissions that each endpoint requires. PyMISP asks at events/queryACL."""
    if question == "findMissingFunctionNames":
        # None can be missing: the dispatcher knows only what was declared with its permission.
        return Json([])
    actions: dict[str, list[str]] = {}
    for declared in declared_permissions():
        controller, _, action = declared.name.removeprefix("admin/").partition("/")
        prefix = "admin_" if declared.name.startswith("admin/") else ""
        actions.setdefault(controller, []).append(prefix + action)
    return Json(actions)
