"""An account with a duty at the hub is administered only by those who have that duty, and only its owner
makes its keys.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.officers import officer
from tests.factories.seed import ORG_ADMIN, ApiUser, Seed
from tests.identity.two_people import approved, at_screen
from tests.web.accounts import confirm
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.accounts import services
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.account_approvals import propose_account_change
from vardkase.identity.accounts.services.protection import ApprovalNeeded
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import StaffRole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

WAYS: dict[str, Callable[[Actor, User], object]] = {
    "password": services.reset_password,
    "second factor": services.reset_second_factor,
    "key": services.issue_key,
    "keys": services.reset_keys,
    "off": lambda actor, user: services.edit_user(actor, user, {"disabled": True}),
    "off with others": lambda actor, user: services.switch_field(actor, [user.pk], "disabled", True),
    "address": lambda actor, user: services.edit_user(actor, user, {"email": "mine@hub.example"}),
    "deleted": services.delete_user,
}
DUTIES = [StaffRole.AUDITOR, StaffRole.ANALYST, StaffRole.OPERATOR]


@pytest.fixture
def chief(seed: Seed) -> ApiUser:
    """An administrator of the hub owner."""
    user = make_user(seed.hub, make_role("Org Admin of the hub", ORG_ADMIN), "chief@hub.example")
    return ApiUser(user, make_key(user))


@pytest.fixture(params=DUTIES)
def holder(seed: Seed, request: pytest.FixtureRequest) -> ApiUser:
    return officer(seed, "holder@hub.example", request.param)


@pytest.mark.parametrize("way", WAYS)
def test_hub_owners_administrator_cannot_change_account_with_duty(
    chief: ApiUser, holder: ApiUser, way: str
) -> None:
    before = AuthKey.objects.count()
    for actor in (chief.actor, at_screen(chief.user)):
        with pytest.raises(Forbidden):
            WAYS[way](actor, holder.user)
    after = User.objects.get(pk=holder.user.pk)
    assert (after.password, after.disabled, after.email) == (
        holder.user.password,
        False,
        "holder@hub.example",
    )
    assert AuthKey.objects.count() == before


def test_changes_by_api_and_page_are_refused(chief: ApiUser, holder: ApiUser) -> None:
    pk = holder.user.pk
    for path, body in (
        (f"/auth_keys/add/{pk}", {}),
        (f"/admin/users/edit/{pk}", {"password": "correct horse battery staple"}),
        (f"/users/resetauthkey/{pk}", {}),
        (f"/admin/users/delete/{pk}", {}),
    ):
        assert call(chief.key, "POST", path, body)[0] in (403, 404, 405), path
    browser = signed_in(chief)
    confirm(browser, chief.user)
    for name in (
        "user_reset_password",
        "user_reset_second_factor",
        "user_off",
        "user_key_create",
        "user_delete",
    ):
        assert browser.post(
            reverse(name, args=[pk]), {"comment": "x", "expiration": "2027-01-01"}
        ).status_code in (403, 404), name
    assert User.objects.get(pk=pk).password == holder.user.password
    assert AuthKey.objects.filter(user=pk).count() == 1


def test_only_owner_creates_keys(seed: Seed, holder: ApiUser) -> None:
    for actor in (
        seed.site_admin.actor,
        at_screen(seed.site_admin.user),
        console_actor(seed.hub.pk, "Hub", "root"),
    ):
        for make in (services.issue_key, services.reset_keys):
            with pytest.raises(Forbidden):
                make(actor, holder.user)
    assert AuthKey.objects.filter(user=holder.user).count() == 1


def test_key_issued_by_another_is_refused(seed: Seed, holder: ApiUser) -> None:
    raw = make_key(holder.user, issued_by_id=seed.site_admin.user.pk)
    status, answer = call(raw, "GET", "/users/view/me")
    assert (status, "keys that they have made themselves" in str(answer)) == (403, True)
    assert call(holder.key, "GET", "/users/view/me")[0] == 200


def test_new_duty_expires_keys_issued_by_others(seed: Seed) -> None:
    analyst = make_user(seed.hub, make_role("User of the hub", []), "new@hub.example")
    services.issue_key(seed.site_admin.actor, analyst)
    appoint(seed.site_admin.actor, analyst, ["analyst"])
    assert [0 < key.expiration < now_seconds() for key in AuthKey.objects.filter(user=analyst)] == [True]


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"key", "keys"}))
def test_changing_auditors_account_needs_officers_approval(seed: Seed, way: str) -> None:
    """Whoever could disable the auditor alone would not be audited."""
    auditor = officer(seed, "audit@hub.example", StaffRole.AUDITOR)
    officer(seed, "per@hub.example")
    with pytest.raises(ApprovalNeeded):
        WAYS[way](at_screen(seed.site_admin.user), auditor.user)


def test_approval_carries_out_account_change(seed: Seed) -> None:
    auditor = officer(seed, "audit@hub.example", StaffRole.AUDITOR)
    per = officer(seed, "per@hub.example")
    propose_account_change(at_screen(seed.site_admin.user), auditor.user, "off", "", "Has left.")
    assert not User.objects.get(pk=auditor.user.pk).disabled
    approved(per.user)
    assert User.objects.get(pk=auditor.user.pk).disabled


def test_auditors_are_appointed_and_dismissed_by_two(seed: Seed) -> None:
    """A site administrator cannot dismiss an auditor alone; appointing one makes no officer."""
    officer(seed, "per@hub.example"), officer(seed, "eva@hub.example")
    auditor = officer(seed, "audit@hub.example", StaffRole.AUDITOR)
    appoint(at_screen(seed.site_admin.user), auditor.user, [], "Not needed.")
    assert User.objects.get(pk=auditor.user.pk).staff_roles == ["auditor"]
    approved(User.objects.get(email="eva@hub.example"))
    assert User.objects.get(pk=auditor.user.pk).staff_roles == []


def test_auditors_do_not_count_as_officers(seed: Seed) -> None:
    for name in ("one", "two"):
        user = make_user(seed.hub, make_role(f"Role {name}", []), f"{name}@hub.example")
        appoint(at_screen(seed.site_admin.user), user, ["auditor"], "Audits.")
        assert User.objects.get(pk=user.pk).staff_roles == ["auditor"]
    assert ApprovalRequest.objects.filter(state="alone").count() == 2
    assert not in_use()
