"""Which groups there are, and what their administrators may look after."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation

KEEPERS = (StaffRole.MEMBERSHIP_OFFICER,)
SUGGESTED = 50


def groups(actor: Actor) -> QuerySet[OrganisationGroup]:
    """Every group for the officers that keep them, else those that the actor administers."""
    rows = OrganisationGroup.objects.order_by("name", "pk")
    return rows if not actor.staff.isdisjoint(KEEPERS) else rows.filter(_administered(actor))


def find_group(actor: Actor, pk: int) -> OrganisationGroup:
    """One of them. Raises NotFound."""
    row = groups(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("Invalid group.")
    return row


def administers(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor looks after this organisation as the administrator of a group that it is in.

    Whoever may not administer accounts at home may not elsewhere either.
    """
    if actor.user_id is None or not actor.may(Permission.ADMIN):
        return False
    return OrganisationGroup.objects.filter(_administered(actor), organisations=organisation_id).exists()


def organisations_of(group: OrganisationGroup) -> QuerySet[Organisation]:
    """Its organisations by name, each with `people`: how many accounts may be used."""
    people = Count("users", filter=Q(users__disabled=False))
    return group.organisations.annotate(people=people).order_by("name", "pk")


def people_of_id(organisation_id: int) -> QuerySet[User]:
    """The accounts of an organisation that a group's administrator sees: not the site administrators'."""
    people = User.objects.filter(org=organisation_id, role__perm_site_admin=False)
    return people.select_related("role").order_by("email")


def addresses_of_administrators(text: str) -> QuerySet[User, str]:
    """E-mail addresses with `text` in them of those who may administer a group: they administer accounts already."""
    people = User.objects.filter(email__icontains=text, disabled=False, role__perm_admin=True)
    return people.order_by("email").values_list("email", flat=True)[:SUGGESTED]


def _administered(actor: Actor) -> Q:
    return Q(administrators=actor.user_id or 0)
