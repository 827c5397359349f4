"""Services for roles: MISP's default ones, and those created by site administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.fields import apply
from vardkase.core.problems import CommonProblem
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.problems import RoleProblem
from vardkase.identity.accounts.rules import LEVEL_FLAGS, LEVELS, PERMISSIONS, level_of
from vardkase.identity.accounts.services.credentials import note_who_made_site_admins
from vardkase.identity.accounts.services.last_administrator import keep_a_site_admin
from vardkase.identity.accounts.services.protection import protected_users, refuse_offices_of_role
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.fields import number, short_text
from vardkase.misp.flags import FALSE_WORDS, TRUE_WORDS, as_bool

READ_ONLY = ("perm_audit", "perm_auth")
USER = (
    *READ_ONLY,
    "perm_add",
    "perm_modify",
    "perm_modify_org",
    "perm_tagger",
    "perm_sighting",
    "perm_decaying",
    "perm_galaxy_editor",
    "perm_analyst_data",
)
PUBLISHER = (*USER, "perm_publish", "perm_publish_zmq", "perm_publish_kafka", "perm_delegate")
SYNC_USER = (*PUBLISHER, "perm_sync", "perm_sharing_group", "perm_tag_editor")
ORG_ADMIN = (*PUBLISHER, "perm_admin", "perm_template", "perm_sharing_group", "perm_tag_editor")
EVERYTHING = tuple(name for name in PERMISSIONS if name != "perm_skip_otp")

# The order gives the ids 1 to 6 that MISP's clients expect of a fresh installation.
DEFAULT_ROLES: dict[str, tuple[str, ...]] = {
    "admin": EVERYTHING,
    "Org Admin": ORG_ADMIN,
    "User": USER,
    "Publisher": PUBLISHER,
    "Sync user": SYNC_USER,
    "Read Only": READ_ONLY,
}
DEFAULT = "User"
LARGEST_COUNT = 2**31 - 1  # of PostgreSQL's integer


def ensure_default_roles() -> None:
    """Add MISP's six roles if there are no roles."""
    if Role.objects.exists():
        return
    for name, flags in DEFAULT_ROLES.items():
        Role.objects.create(name=name, default_role=name == DEFAULT, **dict.fromkeys(flags, True))


@transaction.atomic
def create_role(actor: Acting, data: Mapping[str, Any]) -> Role:
    """Add a role from its wire fields (name, perm_…, …). Raises Invalid by field, Forbidden.

    `permission`, a level of MISP's older scale, stands for the event permissions of that level.
    """
    _require_site_admin(actor)
    # As recorded: MISP answers null only for the limits of its own roles.
    role = Role(memory_limit="", max_execution_time="")
    _apply(role, data)
    role.save()
    record(actor, IdentityAction.ROLE_CREATED, Target.of(role), {"permissions": _held(role)})
    return role


@transaction.atomic
def edit_role(
    actor: Acting, role: Role, data: Mapping[str, Any], *, approval: Approval | None = None
) -> Role:
    """Change the wire fields in `data`; the last role of site administrators keeps its flag.

    Officers' roles change only with an approval (`role_approvals.change_role`). Raises Invalid, Forbidden.
    """
    if approval is None:
        _require_site_admin(actor)
    role = Role.objects.select_for_update().get(pk=role.pk)
    before, fields = _held(role), fields_of(role)
    _apply(role, data)
    if role.perm_site_admin and "perm_site_admin" not in before:
        refuse_offices_of_role(role.pk)
        note_who_made_site_admins(actor, User.objects.filter(role=role))
    if approval is None and fields_of(role) != fields and is_of_officers(role):
        raise Forbidden(RoleProblem.OF_OFFICERS())
    role.save()
    keep_a_site_admin()
    record(actor, IdentityAction.ROLE_EDITED, Target.of(role), {"permissions": [before, _held(role)]})
    return role


@transaction.atomic
def delete_role(actor: Acting, role: Role) -> None:
    _require_site_admin(actor)
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.default_role:
        raise Conflict(RoleProblem.DEFAULT_NOT_DELETED())
    if role.users.exists():
        raise Conflict(RoleProblem.IN_USE())
    target = Target.of(role)
    role.delete()
    record(actor, IdentityAction.ROLE_DELETED, target)


@transaction.atomic
def set_default_role(actor: Acting, role: Role) -> None:
    _require_site_admin(actor)
    if role.perm_site_admin:
        raise Invalid(RoleProblem.DEFAULT_OF_SITE_ADMINS())
    Role.objects.filter(default_role=True).update(default_role=False)
    Role.objects.filter(pk=role.pk).update(default_role=True)
    record(actor, IdentityAction.ROLE_MADE_DEFAULT, Target.of(role))


def is_of_officers(role: Role) -> bool:
    return protected_users().filter(role=role).exists()


def fields_of(role: Role) -> dict[str, Any]:
    return {name: getattr(role, name) for name in READERS}


def changed_fields(actor: Acting, role: Role, data: Mapping[str, Any]) -> dict[str, Any]:
    """What `data` would change in a role, without changing it. Raises Invalid by field, Forbidden."""
    _require_site_admin(actor)
    tried = copy(role)
    _apply(tried, data)
    if tried.perm_site_admin and not role.perm_site_admin:
        refuse_offices_of_role(role.pk)
    now = fields_of(role)
    return {name: value for name, value in fields_of(tried).items() if value != now[name]}


def _require_site_admin(actor: Acting) -> None:
    actor.require_writing()
    if not actor.is_site_admin or actor.may_not_read_content:
        raise Forbidden


def _apply(role: Role, data: Mapping[str, Any]) -> None:
    before = level_of(role)
    apply(role, data, READERS)
    _apply_level(role, before, data.get("permission"))
    if not role.name:
        raise Invalid({"name": [CommonProblem.NAME_EMPTY()]})
    if Role.objects.exclude(pk=role.pk).filter(name__iexact=role.name).exists():
        raise Invalid({"name": [RoleProblem.NAME_TAKEN()]})


def _apply_level(role: Role, before: int, given: Any) -> None:
    """Set the permissions of the level `given`, unless it is the role's current level: clients send back what
    they read."""
    if given is None:
        return
    try:
        level = number(given, len(LEVELS) - 1)
    except Invalid:
        raise Invalid({"permission": [RoleProblem.UNKNOWN_LEVEL()]}) from None
    if level != before:
        for flag in LEVEL_FLAGS:
            setattr(role, flag, flag in LEVELS[level])


def _held(role: Role) -> list[str]:
    return [name for name in PERMISSIONS if getattr(role, name)]


def read_flag(value: Any) -> bool:
    """A flag in any of MISP's spellings; unknown words never grant a permission."""
    if isinstance(value, str) and value.strip().lower() not in TRUE_WORDS | FALSE_WORDS:
        raise Invalid(CommonProblem.NOT_TRUE_OR_FALSE())
    return as_bool(value)


READERS: dict[str, Callable[[Any], Any]] = {
    "name": short_text,
    **dict.fromkeys(PERMISSIONS, read_flag),
    "restricted_to_site_admin": read_flag,
    "memory_limit": short_text,
    "max_execution_time": short_text,
    "enforce_rate_limit": read_flag,
    "rate_limit_count": lambda value: number(value, LARGEST_COUNT),
    "restsearch_limit_result": lambda value: number(value, LARGEST_COUNT),
}
