"""Sharing groups for a choice of organisations: one that has exactly these, or a new one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.queries import organisations, require_index, usable_groups
from vardkase.identity.organisations.services.groups import THIS_INSTANCE, create_sharing_group

LONGEST_NAME = 200
MOST_NAMED = 50
"""Organisations that the audit row names."""


def group_of_exactly(actor: Acting, organisation_ids: Collection[int]) -> SharingGroup | None:
    """The oldest group that the actor may use and that these organisations and its own read, and nobody else.

    Groups that reach other instances, or whose members the actor may not know, are none of them.
    """
    wanted = {*organisation_ids, actor.organisation_id}
    groups = usable_groups(actor).filter(roaming=False, org__in=wanted).order_by("pk")
    for group in groups.filter(members__org__in=wanted).distinct().prefetch_related("members", "servers"):
        if group.hides_members and group.org_id != actor.organisation_id:
            continue
        only_here = all(each.server_id == THIS_INSTANCE and not each.all_orgs for each in group.servers.all())
        if only_here and {group.org_id, *(member.org_id for member in group.members.all())} == wanted:
            return group
    return None


@transaction.atomic
def group_for(actor: Acting, organisation_ids: Collection[int], name: str = "") -> SharingGroup:
    """A group of exactly these organisations and the actor's own: an existing one, or a new one called `name`.

    Raises Invalid by field (`organisations`, `name`), Forbidden if there is none and the actor may create none.
    """
    actor.require_writing()
    chosen = chosen_organisations(actor, organisation_ids)
    if (known := group_of_exactly(actor, [each.pk for each in chosen])) is not None:
        return known
    names = [each.name for each in chosen]
    group = create_sharing_group(actor, {"name": name or ", ".join(names)[:LONGEST_NAME]})
    others = [SharingGroupOrg(sharing_group=group, org=each) for each in chosen]
    SharingGroupOrg.objects.bulk_create(others)
    change = {"organisation": ", ".join(names[:MOST_NAMED]), "count": len(names)}
    record(actor, IdentityAction.SHARING_GROUP_ORGANISATION_ADDED, Target.of(group), change)
    return group


def chosen_organisations(actor: Acting, organisation_ids: Collection[int]) -> list[Organisation]:
    """The organisations of this instance among these, without the actor's own. Raises Invalid if one is missing."""
    require_index(actor)
    wanted = set(organisation_ids) - {actor.organisation_id}
    if not wanted:
        raise Invalid({"organisations": [CommonProblem.MISSING()]})
    chosen = list(organisations("local").filter(pk__in=wanted))
    if len(chosen) != len(wanted):
        raise Invalid({"organisations": [OrganisationProblem.NOT_FOUND()]})
    return chosen
