"""Queries for organisations and sharing groups."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, F, Prefetch, Q, QuerySet
from django.db.models.functions import Collate, Lower, Upper

from vardkase.core.errors import Forbidden, NotFound
from vardkase.identity.organisations.acting import SHARING_GROUP, Acting
from vardkase.identity.organisations.models import (
    MembershipInUse,
    Organisation,
    SharingGroup,
    SharingGroupOrg,
)
from vardkase.identity.organisations.problems import OrganisationProblem, SharingGroupProblem
from vardkase.identity.organisations.settings import HIDE_INDEX, group_members_are_hidden

SCOPES = {"local": Q(local=True), "external": Q(local=False), "all": Q()}
SEARCHED = ("name", "description", "nationality", "sector", "type", "contacts")
MAX_ID = 2**63 - 1

type Reference = int | str | UUID
"""A numeric id (also as text) or a uuid, as in paths and bodies."""


def by_reference(reference: Reference) -> Q | None:
    """The condition for one row by id or uuid; None if `reference` is neither."""
    text = str(reference).strip()
    if text.isascii() and text.isdigit():
        return Q(pk=int(text)) if int(text) <= MAX_ID else None
    try:
        return Q(uuid=UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def find_organisation(reference: Reference) -> Organisation:
    condition = by_reference(reference)
    organisation = Organisation.objects.filter(condition).first() if condition is not None else None
    if organisation is None:
        raise NotFound(OrganisationProblem.NOT_FOUND())
    return organisation


def find_organisation_or_name(reference: str) -> Organisation:
    if by_reference(reference) is not None:
        return find_organisation(reference)
    organisation = (
        Organisation.objects.annotate(folded=Lower("name")).filter(folded=reference.strip().lower()).first()
    )
    if organisation is None:
        raise NotFound(OrganisationProblem.NOT_FOUND())
    return organisation


def sees_every_organisation(actor: Acting) -> bool:
    """Whether the list of organisations is shown to the actor (`HIDE_INDEX`)."""
    needs_it = actor.is_site_admin or bool(actor.staff) or SHARING_GROUP in actor.permissions
    return needs_it or not HIDE_INDEX.value


def require_index(actor: Acting) -> None:
    """Raise Forbidden where the list of organisations is hidden from the actor."""
    if not sees_every_organisation(actor):
        raise Forbidden(OrganisationProblem.LIST_HIDDEN())


def organisations(scope: str = "local", search: str = "") -> QuerySet[Organisation]:
    """Organisations by name: "local", "external" or "all", with `search` in any of their texts or as uuid."""
    found = Organisation.objects.filter(SCOPES.get(scope, Q(local=True)))
    if search:
        condition = Q()
        for field in SEARCHED:
            condition |= Q(**{f"{field}__icontains": search})
        # A uuid only: digits are searched for as text, and not as an id.
        identity = by_reference(search) if "-" in search else None
        found = found.filter(condition | identity if identity is not None else condition)
    return found.order_by(Collate(Upper("name"), "C"), "pk")


def visible_groups(actor: Acting) -> QuerySet[SharingGroup]:
    """The groups the actor's organisation owns, is in, or reaches because its whole instance is a member.

    Site administrators see all; so do operators and auditors, whatever their role: they may know that
    organisations share something, and the group's name.
    """
    groups = SharingGroup.objects.select_related("org").prefetch_related(
        Prefetch("members", shown_members(actor).select_related("org").order_by("pk")), "servers"
    )
    everybodys = Q(servers__server_id=0, servers__all_orgs=True)
    if actor.may_not_read_content:
        groups = groups.filter(pk__in=SharingGroup.objects.filter(everybodys).values("pk"))
    elif not actor.is_site_admin:
        mine = Q(org_id=actor.organisation_id) | Q(members__org_id=actor.organisation_id) | everybodys
        groups = groups.filter(pk__in=SharingGroup.objects.filter(mine).values("pk"))
    return groups.order_by("name", "pk")


def shown_members(actor: Acting) -> QuerySet[SharingGroupOrg]:
    if actor.is_site_admin and not actor.may_not_read_content:
        return SharingGroupOrg.objects.all()
    own = Q(org=actor.organisation_id) | Q(org=F("sharing_group__org"))
    shown = Q(sharing_group__hides_members=False)
    if SHARING_GROUP not in actor.permissions:
        shown &= ~Q(group_members_are_hidden())
    return SharingGroupOrg.objects.filter(own | shown | Q(sharing_group__org=actor.organisation_id))


def find_group(actor: Acting, reference: Reference) -> SharingGroup:
    condition = by_reference(reference)
    group = visible_groups(actor).filter(condition).first() if condition is not None else None
    if group is None:
        raise NotFound(SharingGroupProblem.NOT_FOUND())
    return group


def hides_unpublished(organisation_id: int) -> bool:
    """True if others read the organisation's events only once they are published.

    Once membership is in use this holds for every organisation: unpublished events have not passed the guard.
    """
    hides = Q(hides_unpublished=True) | Exists(MembershipInUse.objects.all())
    return Organisation.objects.filter(hides, pk=organisation_id).exists()


def usable_groups(actor: Acting) -> QuerySet[SharingGroup]:
    return visible_groups(actor).filter(active=True).prefetch_related(None)
