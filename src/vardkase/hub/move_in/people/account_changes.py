"""What a run changes in who may do what, for the audit log: site administrators, and accounts that were here before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardkase.audit.services import Target, record
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.audit_actions import IdentityAction

HELD = """
SELECT a.id, a.email, r.name, r.perm_site_admin, a.password, a.disabled, a.org_id
FROM account a JOIN role r ON r.id = a.role_id
"""


# A dump is a file that anybody can write. After the first run it gives nobody the duties or rights of another.
PROTECTED = """(
    known.staff_roles <> '{}' OR known.date_modified > %(since)s
    OR EXISTS (SELECT FROM role k WHERE k.id = known.role_id AND k.perm_site_admin))"""


@dataclass(frozen=True, slots=True)
class Held:
    email: str
    role: str
    is_site_admin: bool
    password: str
    disabled: bool
    organisation: int


def protected(since: datetime | None) -> set[int]:
    """The accounts that a later run gives nothing to sign in with; none in the first."""
    if since is None:
        return set()
    found = cursor().execute(f"SELECT known.id FROM account known WHERE {PROTECTED}", {"since": since})
    return {row[0] for row in found.fetchall()}


def held() -> dict[int, Held]:
    return {number: Held(*rest) for number, *rest in cursor().execute(HELD).fetchall()}


def record_changes(actor: Actor, before: dict[int, Held]) -> None:
    """An entry per account whose address, role, organisation, password or state is another, and per new one that is a
    site administrator’s."""
    for number, after in sorted(held().items()):
        target = Target("user", number, title=after.email)
        former = before.get(number)
        if former is None:
            if after.is_site_admin:
                record(actor, IdentityAction.USER_CREATED, target, {"role": after.role})
        elif former != after:
            record(actor, IdentityAction.USER_EDITED, target, _change(former, after))


def _change(former: Held, after: Held) -> dict[str, object]:
    change: dict[str, object] = {
        name: [getattr(former, name), getattr(after, name)]
        for name in ("email", "role", "disabled", "organisation")
        if getattr(former, name) != getattr(after, name)
    }
    return change | {"password": former.password != after.password}
