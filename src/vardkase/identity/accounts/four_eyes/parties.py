"""Who may propose and approve, by duty at the hub."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import NO_CONTENT_ROLES, staff_roles
from vardkase.identity.organisations.acting import ADMIN, Acting


class Party(StrEnum):
    SITE_ADMIN = "site_admin"
    MEMBERSHIP_OFFICER = "membership_officer"
    LEGAL_OFFICER = "legal_officer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    MEMBER_ADMIN = "member_admin"
    CONSOLE = "console"


OFFICERS = frozenset({Party.MEMBERSHIP_OFFICER, Party.LEGAL_OFFICER})
NAMES: dict[Party, str | Promise] = {
    Party.SITE_ADMIN: _("site administrator"),
    Party.MEMBERSHIP_OFFICER: _("membership officer"),
    Party.LEGAL_OFFICER: _("legal officer"),
    Party.ANALYST: _("analyst"),
    Party.OPERATOR: _("operator"),
    Party.AUDITOR: _("auditor"),
    Party.MEMBER_ADMIN: _("administrator of a member"),
    Party.CONSOLE: _("console"),
}


def parties_of(actor: Acting) -> frozenset[Party]:
    """The positions the actor acts from. The console is only the console, whichever account it names: it can
    name any."""
    if actor.credential_name == "console":
        return frozenset({Party.CONSOLE})
    if actor.user_id is None:
        return frozenset()
    parties = {Party(name) for name in actor.staff}
    if actor.is_site_admin and not actor.may_not_read_content:
        parties = parties - OFFICERS | {Party.SITE_ADMIN}
    elif ADMIN in actor.permissions:
        parties.add(Party.MEMBER_ADMIN)
    return frozenset(parties)


def parties_of_account(user: User) -> frozenset[Party]:
    staff = staff_roles(user.staff_roles)
    parties = {Party(role.value) for role in staff}
    if user.role.perm_site_admin and staff.isdisjoint(NO_CONTENT_ROLES):
        # Officer and site administrator exclude each other: an account from before that rule decides nothing.
        parties = parties - OFFICERS | {Party.SITE_ADMIN}
    elif user.role.perm_admin:
        parties.add(Party.MEMBER_ADMIN)
    return frozenset(parties)
