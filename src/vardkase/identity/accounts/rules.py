"""Who may administer whom. Pure predicates over permissions by their wire names."""

from __future__ import annotations

from datetime import datetime

from vardkase.identity.accounts.models import Role, User
from vardkase.identity.organisations.acting import ADMIN, Acting

PERMISSIONS = tuple(name for name in vars(Role) if name.startswith("perm_"))


def flags_of(role: Role) -> frozenset[str]:
    """The permissions that are on in `role`."""
    return frozenset(name for name in PERMISSIONS if getattr(role, name))


def may_assign(actor: Acting, role: Role) -> bool:
    """Whether `actor` may give `role` to somebody: nobody hands out more than they hold themselves."""
    if actor.is_site_admin:
        return True
    if role.perm_site_admin or role.restricted_to_site_admin:
        return False
    return flags_of(role) <= frozenset(actor.permissions)


def may_administer(actor: Acting, user: User) -> bool:
    """Whether `actor` may change `user` or make keys for them: in the own organisation, and nobody above."""
    if actor.is_site_admin:
        return True
    return (
        ADMIN in actor.permissions and user.org_id == actor.organisation_id and may_assign(actor, user.role)
    )


def may_see(actor: Acting, user: User) -> bool:
    """Whether `actor` may look at the account of `user`: oneself, and administrators at their own people."""
    if actor.is_site_admin or user.pk == actor.user_id:
        return True
    return ADMIN in actor.permissions and user.org_id == actor.organisation_id


def is_active(user: User, now: datetime) -> bool:
    """Whether the account may sign in at `now`."""
    return not user.disabled and (user.expiration is None or user.expiration > now)
