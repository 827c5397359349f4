"""servers/*: what this instance is and can, for clients and for other instances."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Call, declared_permissions, endpoint
from vardkase.core.instance import instance_uuid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import organisations
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.misp.version import MISP_VERSION

REQUEST_ENCODINGS = ["gzip", "br"]
HIDDEN_UUID = "-"


@endpoint("servers/getVersion", requires=(Permission.AUTH,))
def version(call: Call) -> Answer:
    """The version of MISP whose API this is, and what the caller may do with it."""
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
def pymisp_version(call: Call) -> Answer:
    """The version of PyMISP that goes with this hub."""
    return Json({"version": MISP_VERSION})


@endpoint("servers/getInstanceUUID", requires=(Permission.SYNC,))
def get_instance_uuid(call: Call) -> Answer:
    """The uuid of this hub."""
    return Json({"uuid": instance_uuid()})


@endpoint("servers/postTest")
def post_test(call: Call) -> Answer:
    """Gives back what arrived, so that a peer sees whether its requests come through whole."""
    headers = {
        "Content-type": call.headers.get("Content-Type", ""),
        "Accept": call.headers.get("Accept", ""),
        "Authorization": "OK",
    }
    return Json({"body": call.body or [], "headers": headers})


@endpoint("servers/getAvailableSyncFilteringRules")
def sync_filtering_rules(call: Call) -> Answer:
    """The names that a peer may put into the rules of its pull."""
    names = [organisation.name for organisation in organisations("all")]
    tags = list(visible_tags(call.actor).values_list("name", flat=True))
    return Json({"organisations": names, "tags": tags})


@endpoint("servers/queryACL", site_admin=True)
def query_acl(call: Call) -> Answer:
    """Which permissions each endpoint takes."""
    return _acl(call.arg(0, "printAllFunctionNames"))


@endpoint("events/queryACL", site_admin=True)
def query_acl_of_events(call: Call) -> Answer:
    """The same under the name that PyMISP uses."""
    return _acl(call.arg(0, "printAllFunctionNames"))


def _acl(question: str) -> Answer:
    if question == "findMissingFunctionNames":
        return Json(
            []
        )  # None can be missing: the dispatcher knows only what was declared with its permission.
    return Json(_functions())


def _functions() -> dict[str, list[str]]:
    """Controller → actions, of all that is declared."""
    found: dict[str, list[str]] = {}
    for declared in declared_permissions():
        controller, _, action = declared.name.removeprefix("admin/").partition("/")
        prefix = "admin_" if declared.name.startswith("admin/") else ""
        found.setdefault(controller, []).append(prefix + action)
    return found
