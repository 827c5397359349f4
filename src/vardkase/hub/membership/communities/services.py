"""Services for communities: creating them, and keeping their members up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.membership.communities.models import Community
from vardkase.hub.membership.communities.problems import MemberCommunityProblem
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import STAFF
from vardkase.hub.membership.sectors import Nis2Status, Sector
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services.groups import (
    create_sharing_group,
    edit_sharing_group,
)

KNOWN: Mapping[str, Sequence[str]] = {
    "sectors": Sector.values,
    "nis2": Nis2Status.values,
    "counties": [code for code, _ in COUNTIES],
}
COLUMNS = {"sectors": "sector", "nis2": "nis2", "counties": "county"}
"""Rule → the column of a membership that it is about."""


def communities(actor: Actor) -> QuerySet[Community]:
    actor.require_staff(*STAFF)
    return Community.objects.select_related("group").prefetch_related("chosen").order_by("group__name")


def find_community(actor: Actor, pk: int) -> Community:
    return first_or_not_found(communities(actor).filter(pk=pk), MemberCommunityProblem.NO_SUCH_COMMUNITY())


def rules_of(community: Community) -> dict[str, Any]:
    return {
        "name": community.group.name,
        **{rule: getattr(community, rule) for rule in KNOWN},
        "chosen": sorted(each.pk for each in community.chosen.all()),
        "hides_members": community.group.hides_members,
    }


@transaction.atomic
def save_community(actor: Actor, data: Mapping[str, Any], community: Community | None = None) -> Community:
    """Create a community with its sharing group, owned by the hub, or change its rules; members follow at
    once.

    `data`: name, sectors, nis2, counties, chosen (ids of organisations), hides_members (from each other).
    Raises Invalid by field, Forbidden.
    """
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    actor.require_own_affairs()
    # As the hub, which owns the group: an officer need not be allowed to handle sharing groups.
    hub, name = hub_actor(), {"name": data.get("name", "")}
    if community is None:
        group = create_sharing_group(hub, name | {"releasability": gettext("Members by rule")})
        community = Community(group=group)
    else:
        community.group = edit_sharing_group(hub, community.group, name)
    for rule, known in KNOWN.items():
        values = list(dict.fromkeys(map(str, data.get(rule) or [])))
        if unknown := [value for value in values if value not in known]:
            raise Invalid({rule: [MemberCommunityProblem.NO_SUCH_CHOICE(choice=unknown[0][:40])]})
        setattr(community, rule, values)
    community.save()
    community.group.hides_members = bool(data.get("hides_members"))
    community.group.save(update_fields=["hides_members"])
    community.chosen.set(
        Organisation.objects.filter(pk__in=data.get("chosen") or [], membership__isnull=False)
    )
    draw(actor, community)
    return community


def follow(_changed: Membership) -> None:
    """Update all communities, in the transaction that changes a member."""
    every = list(Community.objects.select_related("group"))
    if every:
        actor = hub_actor()
        for community in every:
            draw(actor, community)


def drawn(community: Community) -> QuerySet[Organisation]:
    rules = {rule: getattr(community, rule) for rule in KNOWN}
    return would_draw(rules, community.chosen.values("pk"))


def would_draw(rules: Mapping[str, Sequence[str]], chosen: Any) -> QuerySet[Organisation]:
    given = {f"membership__{COLUMNS[name]}__in": rules[name] for name in KNOWN if rules.get(name)}
    admitted = Q(**given) if given else Q(pk__in=[])
    found = Organisation.objects.filter(admitted | Q(pk__in=chosen), membership__state=MembershipState.ACTIVE)
    return found.order_by("name")


def draw(actor: Actor, community: Community) -> None:
    """Set the group's members to those that the rules select; the hub, its owner, stays."""
    ids = list(drawn(community).values_list("pk", flat=True))
    values = {"group": community.group_id, "owner": community.group.org_id, "ids": ids}
    removed = cursor().execute(REMOVE, values).rowcount
    added = cursor().execute(ADD, values).rowcount
    if added or removed:
        change = {"added": added, "removed": removed}
        record(actor, IdentityAction.SHARING_GROUP_REBUILT, Target.of(community.group), change)


REMOVE = """
DELETE FROM sharing_group_org
WHERE sharing_group_id = %(group)s AND org_id <> %(owner)s AND org_id <> ALL(%(ids)s::bigint[])
"""
ADD = """
INSERT INTO sharing_group_org (sharing_group_id, org_id, extend)
SELECT %(group)s, id, FALSE FROM unnest(%(ids)s::bigint[]) AS drawn (id)
ON CONFLICT DO NOTHING
"""
