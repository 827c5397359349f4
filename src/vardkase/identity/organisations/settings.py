"""Settings of organisations: the host organisation, and hiding the members of sharing groups."""

from __future__ import annotations

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.models import SettingValue
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.standing import MembershipStanding

WITHOUT_MEMBERSHIP = (MembershipStanding.NO_MEMBERSHIP, MembershipStanding.TERMINATED)


def host_problem(number: int) -> Problem | None:
    if number != HOST_ORGANISATION.value and membership_is_in_use():
        return OrganisationProblem.HOST_FIXED()
    if number == 0 or Organisation.objects.filter(pk=number, local=True).exists():
        return None
    return OrganisationProblem.NO_LOCAL()


HOST_ORGANISATION = Setting(
    "MISP.host_org_id",
    0,
    _("The organisation that runs this installation; 0 means the first local one."),
    level=0,
    check=host_problem,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)


HIDE_GROUP_MEMBERS = Setting(
    "Security.hide_organisations_in_sharing_groups",
    False,
    _(
        "Show which organisations are in a sharing group only to its owner and to those who "
        "may handle sharing groups."
    ),
    changed_by=ChangedBy.OFFICERS,
)


HIDE_INDEX = Setting(
    "Security.hide_organisation_index_from_users",
    False,
    _(
        "Show the list of organisations only to site administrators, the hub’s staff and those "
        "who may handle sharing groups. Others see their own organisation, and those that have "
        "created something they may read."
    ),
    changed_by=ChangedBy.OFFICERS,
)


def group_members_are_hidden() -> Exists:
    return Exists(SettingValue.objects.filter(name=HIDE_GROUP_MEMBERS.name, value=True))


def host_organisation_id() -> int | None:
    number = HOST_ORGANISATION.value
    local = Organisation.objects.filter(local=True)
    return number or local.order_by("pk").values_list("pk", flat=True).first()


def has_open_membership(organisation: Organisation) -> bool:
    """True if it takes part in a hub with membership in use: a member, restricted or not, or the hub owner."""
    return organisation.fixed_standing not in WITHOUT_MEMBERSHIP and membership_is_in_use()


def membership_is_in_use() -> bool:
    """True if only members take part: the hub has had its two officers, which cannot be undone."""
    return MembershipInUse.objects.exists()
