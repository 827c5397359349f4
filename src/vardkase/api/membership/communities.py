"""memberCommunities/*: sharing groups whose members follow a rule. The names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Flag, Items, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.membership.communities import services
from vardkase.hub.membership.communities.models import Community
from vardkase.hub.membership.members.rules import STAFF
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_bool, as_int

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
READERS = tuple(sorted(STAFF))
RULES = ("sectors", "nis2", "counties", "chosen", "hides_members")
ABOUT = (
    "`sectors`, `nis2` and `counties` are lists: who is in one of each that is not empty belongs; `chosen` are ids of "
    "members that belong whatever the rules say. With `hides_members` they do not see each other."
)


class CommunityFields(Body, kw_only=True):
    model = "Community"

    name: Anything = None
    sectors: Items | None = None
    nis2: Items | None = None
    counties: Items | None = None
    chosen: Items | None = None
    hides_members: Flag = False


class NewCommunity(CommunityFields, kw_only=True):
    name: Mandatory[Anything] = None


@endpoint("memberCommunities/index", staff=READERS)
def index(call: Call) -> Json:
    """List the communities with their rules and current members."""
    return Json([_community(community) for community in services.communities(call.actor)])


@endpoint("memberCommunities/view", staff=READERS)
def view(call: Call, community_id: str) -> Json:
    """Return one community."""
    return Json(_community(_find(call.actor, community_id)))


@endpoint("memberCommunities/add", staff=OFFICER, writes=True, describes=Description(ABOUT))
def add(call: Call, *, body: NewCommunity) -> Json:
    """Add a community; its sharing group follows the membership from now on."""
    return Json(_community(services.save_community(call.actor, _sent_rules(body, {}))))


@endpoint(
    "memberCommunities/edit",
    staff=OFFICER,
    writes=True,
    describes=Description(ABOUT, url="/memberCommunities/edit/[community_id]"),
)
def edit(call: Call, community_id: str, *, body: CommunityFields) -> Json:
    """Edit a community; fields left out keep their values."""
    community = _find(call.actor, community_id)
    return Json(
        _community(
            services.save_community(call.actor, _sent_rules(body, services.rules_of(community)), community)
        )
    )


def _find(actor: Actor, community_id: str) -> Community:
    return services.find_community(actor, as_int(community_id) or 0)


def _sent_rules(body: CommunityFields, stored: dict[str, Any]) -> dict[str, Any]:
    rules = stored | {name: getattr(body, name) for name in ("name", *RULES) if name in body.sent}
    chosen = [as_int(identifier) for identifier in rules.get("chosen") or []]
    if None in chosen:
        raise Invalid({"chosen": [ApiProblem.NOT_ORGANISATIONS(name="chosen")]})
    return rules | {"chosen": chosen, "hides_members": as_bool(rules.get("hides_members", False))}


def _community(row: Community) -> dict[str, Any]:
    drawn = services.drawn(row).order_by("name").values_list("pk", "name")
    return {
        "Community": {
            "id": str(row.pk),
            "sharing_group_id": str(row.group_id),
            "sharing_group_uuid": str(row.group.uuid),
            **services.rules_of(row),
            "Member": [{"id": str(pk), "name": name} for pk, name in drawn],
        }
    }
