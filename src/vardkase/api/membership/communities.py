"""memberCommunities/*: sharing groups whose members follow a rule. The names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.membership.communities import services
from vardkase.hub.membership.communities.models import Community
from vardkase.hub.membership.members.rules import STAFF
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_bool, as_int

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
READERS = tuple(sorted(STAFF))
LISTS = ("sectors", "nis2", "counties", "chosen")
RULES = (*LISTS, "hides_members")
ABOUT = (
    "`sectors`, `nis2` and `counties` are lists: who is in one of each that is not empty belongs; `chosen` are ids of "
    "members that belong whatever the rules say. With `hides_members` they do not see each other."
)


@endpoint("memberCommunities/index", staff=READERS)
def index(call: Call) -> Answer:
    """List the communities with their rules and current members."""
    return Json([_community(community) for community in services.communities(call.actor)])


@endpoint(
    "memberCommunities/view",
    staff=READERS,
    describes=Description(url="/memberCommunities/view/[community_id]"),
)
def view(call: Call) -> Answer:
    """Return one community."""
    return Json(_community(_find(call)))


@endpoint("memberCommunities/add", staff=OFFICER, writes=True, describes=Description(ABOUT, ("name",), RULES))
def add(call: Call) -> Answer:
    """Add a community; its sharing group follows the membership from now on."""
    return Json(_community(services.save_community(call.actor, _sent_rules(call, {}))))


@endpoint(
    "memberCommunities/edit",
    staff=OFFICER,
    writes=True,
    describes=Description(ABOUT, (), ("name", *RULES), "/memberCommunities/edit/[community_id]"),
)
def edit(call: Call) -> Answer:
    """Edit a community; fields left out keep their values."""
    community = _find(call)
    return Json(
        _community(
            services.save_community(call.actor, _sent_rules(call, services.rules_of(community)), community)
        )
    )


def _find(call: Call) -> Community:
    return services.find_community(call.actor, as_int(call.arg(0)) or 0)


def _sent_rules(call: Call, stored: dict[str, Any]) -> dict[str, Any]:
    data = call.data("Community")
    rules = stored | {name: data[name] for name in ("name", *RULES) if name in data}
    if wrong := [name for name in LISTS if not isinstance(rules.get(name), list | None)]:
        raise Invalid({name: [ApiProblem.NOT_A_LIST(name=name)] for name in wrong})
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
