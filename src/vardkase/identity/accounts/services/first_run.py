"""First start of an installation: creates roles, an organisation, and an initial administrator."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from vardkase.audit.services import Target, record
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services.keys import make_key
from vardkase.identity.accounts.services.passwords import one_time_password, set_password
from vardkase.identity.accounts.services.roles import ensure_default_roles
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation

ORGANISATION = "ORGNAME"
EMAIL = "admin@admin.test"

# Any fixed number: two processes that start at once must not both make an administrator.
FIRST_RUN = 0x4649_5253


@dataclass(frozen=True, slots=True)
class FirstRun:
    email: str
    password: str
    key: str


@dataclass(frozen=True, slots=True)
class _Installation:
    organisation_id: int
    user_id: int | None = None
    name: str = "first run"
    credential_name: str = "console"
    address: str | None = None


@transaction.atomic
def first_run() -> FirstRun | None:
    """Create roles, organisation and administrator if there is no account yet; None if there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_RUN])
    ensure_default_roles()
    if User.objects.exists():
        return None
    description = "Automatically generated admin organisation"
    organisation, _ = Organisation.objects.get_or_create(
        name=ORGANISATION, defaults={"local": True, "type": "ADMIN", "description": description}
    )
    password = one_time_password()
    role = Role.objects.filter(perm_site_admin=True).earliest("pk")
    user = User(email=EMAIL, org=organisation, role=role, change_pw=True)
    set_password(user, password)
    user.save()
    installation = _Installation(organisation.pk)
    _, raw = make_key(installation, user, {"comment": "Initial auto-generated key"})
    record(installation, IdentityAction.USER_CREATED, Target("user", user.pk, title=user.email))
    return FirstRun(user.email, password, raw)
