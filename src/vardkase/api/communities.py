"""communities/*: known communities, and requests for access to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Email, Flag, Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.exchange.communities.queries import Community, communities, find_community
from vardkase.exchange.communities.requests import letter
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

NOT_SENT = "This instance sends no e-mail by itself: ask with mock set, and send the letter that you get as the answer."
ABOUT_REQUEST = Description(
    "POST the details of your organisation to this API to ask a community for access.",
    url="/communities/requestAccess/[id]",
)


class CommunitySearch(Params, kw_only=True):
    searchall: Text = ""
    value: Text = ""


class AccessRequest(Body, kw_only=True):
    model = "Community"

    email: Mandatory[Email] = ""
    mock: Mandatory[Flag] = False
    org_name: Text = ""
    org_uuid: Text = ""
    org_description: Text = ""
    gpgkey: Text = ""
    message: Text = ""
    sync: Flag = False
    anonymise: Flag = False


def community_dict(community: Community) -> dict[str, Any]:
    row = asdict(community)
    owner = {"uuid": community.org_uuid, "name": community.org_name}
    return {**row, "logo": "", "pgp_key": "", "misp_project_vetted": True, "Org": owner}


@endpoint("communities/index", site_admin=True)
def index(call: Call, *, params: CommunitySearch) -> Json:
    """List the communities that can be joined."""
    found = communities(call.actor, params.searchall or params.value)
    return Json([community_dict(community) for community in found])


@endpoint("communities/view", site_admin=True)
def view(call: Call, community_id: str) -> Json:
    """Return one community by uuid."""
    return Json(community_dict(find_community(call.actor, community_id)))


@endpoint("communities/requestAccess", site_admin=True, methods=("POST",), describes=ABOUT_REQUEST)
def request_access(call: Call, community_id: str, *, body: AccessRequest) -> Json:
    """Compose the message to a community that requests access; the caller sends it."""
    url = f"/communities/requestAccess/{community_id}"
    community = find_community(call.actor, community_id)
    if not body.mock:
        raise SaveFailed("send the request", url, NOT_SENT)
    try:
        mail = letter(call.actor, community, body.sent, call.base_url)
    except Invalid as error:
        raise SaveFailed("send the request", url, error.errors) from error
    return Json({"headers": mail.headers, "message": mail.message})
