"""Rules on who may administer whom. Pure predicates over permissions by their wire names."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address

from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.staff import staff_roles
from vardkase.identity.organisations.acting import ADMIN, Acting
from vardkase.identity.organisations.rules import plain_domain

PERMISSIONS = tuple(name for name in vars(Role) if name.startswith("perm_"))


def flags_of(role: Role) -> frozenset[str]:
    return frozenset(name for name in PERMISSIONS if getattr(role, name))


LEVEL_FLAGS = ("perm_add", "perm_modify", "perm_modify_org", "perm_publish")
LEVELS: tuple[tuple[str, ...], ...] = ((), LEVEL_FLAGS[:2], LEVEL_FLAGS[:3], LEVEL_FLAGS)
"""MISP's older scale of what a role may do to events: read, change one's own, the organisation's, publish."""


def level_of(role: Role) -> int:
    held = flags_of(role)
    return max(level for level, flags in enumerate(LEVELS) if held.issuperset(flags))


def may_assign(actor: Acting, role: Role) -> bool:
    """True if `actor` may give `role` to somebody: nobody assigns more than they hold themselves.

    An actor that may not read shared content cannot create accounts that may.
    """
    if actor.may_not_read_content:
        return False
    if actor.is_site_admin:
        return True
    if role.perm_site_admin or role.restricted_to_site_admin:
        return False
    return flags_of(role) <= frozenset(actor.permissions)


def may_administer(actor: Acting, user: User) -> bool:
    """True if `actor` may change `user` or create keys for them: own organisation, and no higher permissions.

    Accounts with a duty at the hub that the actor lacks count as higher: site administrators change those,
    within the limits of `services.protection`. Another user's key or password gives access to what they read,
    so operators and auditors get none.
    """
    if actor.may_not_read_content:
        return False
    if actor.is_site_admin:
        return True
    return (
        ADMIN in actor.permissions
        and user.org_id == actor.organisation_id
        and may_assign(actor, user.role)
        and staff_roles(user.staff_roles) <= actor.staff
    )


def may_see(actor: Acting, user: User) -> bool:
    if actor.is_site_admin or user.pk == actor.user_id:
        return True
    return ADMIN in actor.permissions and user.org_id == actor.organisation_id


def is_active(user: User, now: datetime) -> bool:
    return not user.disabled and (user.expiration is None or user.expiration > now)


def is_one_mailbox(one: str, other: str) -> bool:
    return mailbox(one) == mailbox(other)


def mailbox(email: str) -> tuple[str, str]:
    """The canonical form of an address: equal for all spellings of one mailbox.

    Ignores case, the quotes around a local part and its escapes (RFC 5321, section 4.1.2), what follows a
    plus sign (RFC 5233), and whether the domain is in Unicode or ASCII (IDNA). Dots count: no standard says
    otherwise.
    """
    text = unicodedata.normalize("NFKC", email.strip().rstrip(".")).casefold()
    local, _, domain = text.rpartition("@")
    with contextlib.suppress(
        ValueError, HeaderParseError, IndexError
    ):  # An address of no form is compared as it is.
        local = Address(addr_spec=f"{local}@local.invalid").username
    return local.partition("+")[0] or local, plain_domain(domain) or domain


def has_given_password(user: User) -> bool:
    at, changed = user.credentials_set_by_another_at, user.last_pw_change
    return user.change_pw and at is not None and (changed is None or at >= changed)
