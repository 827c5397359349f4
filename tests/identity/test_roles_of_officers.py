"""A role that officers have is changed only with an officer's approval, because it sets what they may do."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.officers import officer
from tests.factories.seed import ApiUser, Seed
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts import services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import Role

pytestmark = pytest.mark.usefixtures("password_is_enough")
WHY = "They no longer need it."


@pytest.fixture
def per(seed: Seed) -> ApiUser:
    return officer(seed)


def flags(role: Role) -> dict[str, Any]:
    found = Role.objects.get(pk=role.pk)
    return {name: getattr(found, name) for name in ("perm_skip_otp", "perm_admin", "perm_auth", "name")}


@pytest.mark.parametrize("flag", ["perm_skip_otp", "perm_admin", "perm_auth", "perm_site_admin"])
def test_role_of_officers_is_not_changed_alone(seed: Seed, per: ApiUser, flag: str) -> None:
    role, before = per.user.role, flags(per.user.role)
    change = {flag: not getattr(role, flag)}
    path = f"/admin/roles/edit/{role.pk}"
    assert call(seed.site_admin.key, "POST", path, change)[0] == 403, "without a reason"
    for who in (seed.site_admin.actor, console_actor(seed.hub.pk, "Hub", "root")):
        with pytest.raises((Forbidden, Invalid)):
            services.edit_role(who, role, change)
    assert (flags(role), ApprovalRequest.objects.count()) == (before, 0)
    page = reverse("role_edit", args=[role.pk])
    assert signed_in(seed.site_admin).post(page, {"name": role.name, flag: "on"}).status_code == 422
    assert flags(role) == before


def test_officer_approves_role_change(seed: Seed, per: ApiUser) -> None:
    role = per.user.role
    status, body = call(
        seed.site_admin.key,
        "POST",
        f"/admin/roles/edit/{role.pk}",
        {"perm_skip_otp": True, "reason": WHY},
    )
    assert (status, "waits for the approval" in body["message"]) == (202, True)
    assert not flags(role)["perm_skip_otp"]
    with pytest.raises(Forbidden):
        approved(seed.site_admin.user)
    approved(per.user)
    assert flags(role)["perm_skip_otp"]


def test_role_change_is_proposed_on_page(seed: Seed, per: ApiUser) -> None:
    role = per.user.role
    client, page = signed_in(seed.site_admin), reverse("role_edit", args=[role.pk])
    assert 'name="reason"' in client.get(page).content.decode()
    given = {"name": role.name, "perm_audit": "on", "perm_skip_otp": "on", "reason": WHY}
    assert client.post(page, given).status_code == 302
    assert the_request().parameters["perm_skip_otp"] is True
    assert not flags(role)["perm_skip_otp"]


def test_other_roles_and_unchanged_values_need_no_approval(seed: Seed, per: ApiUser) -> None:
    other = seed.analyst.user.role
    key = make_key(seed.site_admin.user)
    assert call(key, "POST", f"/admin/roles/edit/{other.pk}", {"perm_skip_otp": True})[0] == 200
    same = {"name": per.user.role.name, "perm_skip_otp": False}
    assert call(key, "POST", f"/admin/roles/edit/{per.user.role.pk}", same)[0] == 200
    assert not ApprovalRequest.objects.exists()
