"""The first start of an installation."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import ensure_default_roles, first_run
from vardkase.identity.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def test_first_run_creates_administrator() -> None:
    made = first_run()
    assert made is not None
    user = User.objects.get(email="admin@admin.test")
    assert (user.org.name, user.change_pw, user.role.perm_site_admin) == ("ORGNAME", True, True)
    assert user.check_password(made.password)
    assert len(made.password) >= 20
    assert call(made.key, "GET", "/users/view/me")[1]["User"]["email"] == made.email


def test_second_run_creates_nothing() -> None:
    first_run()
    assert first_run() is None
    assert (User.objects.count(), Organisation.objects.count(), Role.objects.count()) == (1, 1, 6)


def test_secrets_are_not_in_audit_log() -> None:
    made = first_run()
    assert made is not None
    assert AuditEntry.objects.count() == 1
    trail = "".join(f"{entry.title} {entry.change}" for entry in AuditEntry.objects.all())
    assert made.password not in trail
    assert made.key not in trail


def test_default_roles_are_misps() -> None:
    ensure_default_roles()
    roles = {role.name: role for role in Role.objects.order_by("pk")}
    assert list(roles) == ["admin", "Org Admin", "User", "Publisher", "Sync user", "Read Only"]
    assert [role.name for role in roles.values() if role.default_role] == ["User"]
    assert [role.name for role in roles.values() if role.perm_site_admin] == ["admin"]
    assert [role.name for role in roles.values() if role.perm_sync] == ["admin", "Sync user"]
    assert not roles["Read Only"].perm_add
    assert roles["Org Admin"].perm_admin
