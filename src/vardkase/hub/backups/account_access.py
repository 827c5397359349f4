"""API keys, accounts, their second factors and roles, as a restore withdraws them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.access import AccessPart, Rows
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import AccountLink, AuthKey, Role, User

PERMISSIONS = [each.value for each in Permission]


def _keys() -> Rows:
    columns = AuthKey.objects.order_by("pk").values_list("uuid", "read_only", "expiration", "allowed_ips")
    return {str(uuid): [read_only, end, networks] for uuid, read_only, end, networks in columns}


def _withdraw_keys(later: Rows, at: datetime) -> int:
    count = 0
    for key in AuthKey.objects.select_related("user").filter(created__lte=int(at.timestamp())).order_by("pk"):
        row = later.get(str(key.uuid))
        if row is None or _lie_apart(key.allowed_ips, row[2]):
            _note(Target.of(key), "key")
            key.delete()
            count += 1
            continue
        if changed := _narrow_key(key, *row):
            key.save(update_fields=changed)
            _note(Target.of(key), *changed)
            count += 1
    return count


def _narrow_key(key: AuthKey, read_only: bool, end: int, networks: list[str] | None) -> list[str]:
    ends = [each for each in (key.expiration, end) if each]
    both = sorted(set(key.allowed_ips or ()) & set(networks or ()))
    narrowed = {
        "read_only": key.read_only or read_only,
        "expiration": min(ends, default=0),
        "allowed_ips": both or key.allowed_ips or networks,
    }
    changed = [name for name, value in narrowed.items() if getattr(key, name) != value]
    for name in changed:
        setattr(key, name, narrowed[name])
    return changed


def _lie_apart(networks: list[str] | None, others: list[str] | None) -> bool:
    return bool(networks and others and not set(networks) & set(others))


def _accounts() -> Rows:
    factors: dict[int, list[int]] = {}
    for user_id, factor in Authenticator.objects.order_by("pk").values_list("user_id", "pk"):
        factors.setdefault(user_id, []).append(factor)
    permissions = _roles()
    rows = User.objects.order_by("pk").values(
        "pk", "email", "org_id", "disabled", "expiration", "staff_roles", "role_id", "last_pw_change",
        "external_auth_required",
    )  # fmt: skip
    return {
        str(row["pk"]): row
        | {"factors": factors.get(row["pk"], []), "permissions": permissions[str(row["role_id"])]}
        for row in rows
    }


def _withdraw_accounts(later: Rows, at: datetime) -> int:
    # Links to a new password that were used or cancelled since would work again.
    AccountLink.objects.all().delete()
    permissions = _permissions_by_role()
    count = 0
    for user in User.objects.filter(date_created__lte=at).order_by("pk"):
        changed = _narrow(user, later.get(str(user.pk)), permissions)
        if changed:
            user.save(update_fields=sorted(changed - {"factors"}))
            _note(Target.of(user), *changed)
            count += 1
    return count


def _narrow(user: User, row: dict[str, Any] | None, permissions: dict[int, set[str]]) -> set[str]:
    """Change the account to what it may do both as it is and as it was later; returns which fields it changed."""
    changed: set[str] = set()
    role = _narrower(user.role_id, row, permissions) if row else None
    if row is None or row["disabled"] or _is_another(user, row) or role is None:
        if not user.disabled:
            user.disabled = True
            changed.add("disabled")
        if row is None:
            return changed
    end = datetime.fromisoformat(row["expiration"]) if row["expiration"] else None
    if end and (user.expiration is None or end < user.expiration):
        user.expiration = end
        changed.add("expiration")
    duties = [duty for duty in user.staff_roles if duty in row["staff_roles"]]
    if duties != user.staff_roles:
        user.staff_roles = duties
        changed.add("staff_roles")
    if role and role != user.role_id:
        user.role_id = role
        changed.add("role")
    since = datetime.fromisoformat(row["last_pw_change"]) if row["last_pw_change"] else None
    is_former = since and (user.last_pw_change is None or since > user.last_pw_change)
    if is_former and user.has_usable_password():
        # The former password may be why it was changed. A new one is chosen by mail.
        user.password = make_password(None)
        changed.add("password")
    if Authenticator.objects.filter(user=user).exclude(pk__in=row["factors"]).delete()[0]:
        changed.add("factors")
    return changed


def _is_another(user: User, row: dict[str, Any]) -> bool:
    """Whether it was in another organisation later, or its links to a new password went to another mailbox."""
    return bool(row.get("org_id", user.org_id) != user.org_id or row.get("email", user.email) != user.email)


def _narrower(former: int, row: dict[str, Any], permissions: dict[int, set[str]]) -> int | None:
    """A role that allows nothing beyond the account's, nor beyond its later one, which may be none of this hub."""
    role, allowed = row["role_id"], permissions[former]
    if role == former or (role in permissions and permissions[role] <= allowed):
        return int(role)
    later = set(row.get("permissions", permissions.get(role, ())))
    if allowed <= later:
        return former
    fitting = [(len(each), pk) for pk, each in permissions.items() if each <= allowed & later]
    return max(fitting)[1] if fitting else None


def _unsettled(later: Rows, at: datetime) -> list[str]:
    permissions = _permissions_by_role()
    numbers = list[str]()
    for user in User.objects.filter(date_created__lte=at, disabled=False).order_by("pk"):
        row = later.get(str(user.pk))
        if row is None or row["disabled"]:
            continue
        role = _narrower(user.role_id, row, permissions)
        if _is_another(user, row) or role not in (user.role_id, row["role_id"]):
            numbers.append(str(user.pk))
    if not numbers:
        return []
    return [
        gettext(
            "These accounts had another organisation, e-mail address or role later, which cannot be set again here. "
            "They are disabled, or have a role that allows less. Compare them with the audit log of the former hub: "
            "%(numbers)s."
        )
        % {"numbers": ", ".join(numbers)}
    ]


def _permissions_by_role() -> dict[int, set[str]]:
    return {role.pk: _permissions(role) for role in Role.objects.all()}


def _roles() -> Rows:
    return {str(role.pk): sorted(_permissions(role)) for role in Role.objects.order_by("pk")}


def _permissions(role: Role) -> set[str]:
    return {name for name in PERMISSIONS if getattr(role, name)}


def _withdraw_roles(later: Rows, at: datetime) -> int:
    count = 0
    for role in Role.objects.filter(created__lte=at).order_by("pk"):
        surplus = _permissions(role) - set(later.get(str(role.pk), ()))
        if surplus:
            for name in surplus:
                setattr(role, name, False)
            role.save(update_fields=sorted(surplus))
            _note(Target.of(role), *surplus)
            count += 1
    return count


def _note(target: Target, *what: str) -> None:
    record(hub_actor(), BackupAction.WITHDRAWAL_REPEATED, target, {"withdrawn": sorted(what)})


def parts() -> Iterable[AccessPart]:
    # Roles come last: accounts are compared by what their roles allow at the moment restored to.
    return (
        AccessPart("keys", _keys, _withdraw_keys),
        AccessPart("accounts", _accounts, _withdraw_accounts, _unsettled),
        AccessPart("roles", _roles, _withdraw_roles),
    )
