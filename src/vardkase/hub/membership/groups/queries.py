"""Queries for groups, and for what their administrators may manage."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.membership.groups.models import GroupConsent, OrganisationGroup
from vardkase.hub.membership.groups.problems import OrganisationGroupProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation

KEEPERS = (StaffRole.MEMBERSHIP_OFFICER,)
SUGGESTED = 50


def groups(actor: Actor) -> QuerySet[OrganisationGroup]:
    """Every group for the officers who manage them, otherwise those that the actor administers."""
    rows = OrganisationGroup.objects.order_by("name", "pk")
    return rows if not actor.staff.isdisjoint(KEEPERS) else rows.filter(Q(administrators=actor.user_id or 0))


def find_group(actor: Actor, pk: int) -> OrganisationGroup:
    return first_or_not_found(groups(actor).filter(pk=pk), OrganisationGroupProblem.NO_SUCH_GROUP())


def administers(actor: Actor, organisation_id: int) -> bool:
    """True if the actor administers a group that the organisation is in, with its consent.

    The actor must also be allowed to administer accounts in its own organisation.
    """
    if actor.user_id is None or not actor.may(Permission.ADMIN):
        return False
    return GroupConsent.objects.filter(
        organisation=organisation_id,
        administrator=actor.user_id,
        group__organisations=organisation_id,
        group__administrators=actor.user_id,
    ).exists()


class GroupRequest(NamedTuple):
    """An administrator of a group that an organisation is in; `consent` is None until the organisation
    accepts."""

    group: OrganisationGroup
    administrator: User
    consent: GroupConsent | None


def asked_of(organisation_id: int) -> list[GroupRequest]:
    given = {
        (row.group_id, row.administrator_id): row
        for row in GroupConsent.objects.filter(organisation=organisation_id)
    }
    outside = User.objects.exclude(org=organisation_id).select_related("org").order_by("email")
    found = OrganisationGroup.objects.filter(organisations=organisation_id).order_by("name", "pk")
    return [
        GroupRequest(group, person, given.get((group.pk, person.pk)))
        for group in found.prefetch_related(Prefetch("administrators", outside))
        for person in group.administrators.all()
    ]


def organisations_of(group: OrganisationGroup) -> QuerySet[Organisation]:
    """Its organisations by name, with `people` (usable accounts) and `consents` (accepted administrators)."""
    people = Count("users", filter=Q(users__disabled=False), distinct=True)
    consents = Count("group_consents", filter=Q(group_consents__group=group), distinct=True)
    return group.organisations.annotate(people=people, consents=consents).order_by("name", "pk")


def accepted_by_organisations(actor: Actor, group: OrganisationGroup) -> set[int]:
    if actor.user_id is None:
        return set()
    rows = GroupConsent.objects.filter(group=group, administrator=actor.user_id)
    return set(rows.values_list("organisation_id", flat=True))


def people_of_id(organisation_id: int) -> QuerySet[User]:
    """The accounts of an organisation visible to a group administrator: all but site administrators."""
    people = User.objects.filter(org=organisation_id, role__perm_site_admin=False)
    return people.select_related("role").order_by("email")


def addresses_of_administrators(text: str) -> QuerySet[User, str]:
    people = User.objects.filter(email__icontains=text, disabled=False, role__perm_admin=True)
    return people.order_by("email").values_list("email", flat=True)[:SUGGESTED]
