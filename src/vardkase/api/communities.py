"""communities/*: known communities, and requests for access to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.communities.queries import Community, communities, find_community
from vardkase.exchange.communities.requests import letter
from vardkase.hub.profiles import EVERY
from vardkase.misp.flags import as_bool

PROFILES = EVERY

NOT_SENT = "This instance sends no e-mail by itself: ask with mock set, and send the letter that you get as the answer."
ABOUT_REQUEST = Description(
    "POST the details of your organisation to this API to ask a community for access.",
    ["email", "mock"],
    ["org_name", "org_uuid", "org_description", "gpgkey", "message", "sync", "anonymise"],
    "/communities/requestAccess/[id]",
)


def community_dict(community: Community) -> dict[str, Any]:
    row = asdict(community)
    owner = {"uuid": community.org_uuid, "name": community.org_name}
    return {**row, "logo": "", "pgp_key": "", "misp_project_vetted": True, "Org": owner}


@endpoint("communities/index", site_admin=True)
def index(call: Call) -> Answer:
    """List the communities that can be joined."""
    search = str(call.param("searchall") or call.param("value") or "")
    return Json([community_dict(community) for community in communities(call.actor, search)])


@endpoint("communities/view", site_admin=True)
def view(call: Call) -> Answer:
    """Return one community by uuid."""
    return Json(community_dict(find_community(call.actor, call.arg(0))))


@endpoint("communities/requestAccess", site_admin=True, methods=("POST",), describes=ABOUT_REQUEST)
def request_access(call: Call) -> Answer:
    """Compose the message to a community that requests access; the caller sends it."""
    url = f"/communities/requestAccess/{call.arg(0)}"
    community = find_community(call.actor, call.arg(0))
    data = call.data("Community")
    if not as_bool(data.get("mock")):
        raise SaveFailed("send the request", url, NOT_SENT)
    try:
        mail = letter(call.actor, community, data, call.base_url)
    except Invalid as error:
        raise SaveFailed("send the request", url, error.errors) from error
    return Json({"headers": mail.headers, "message": mail.message})
