"""Accounts that decide (officers and site administrators) cannot be taken over: every way to change their
credentials.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.forms.models import model_to_dict
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.officers import officer
from tests.factories.seed import ApiUser, Seed
from tests.identity.two_people import approved, at_screen, the_request
from tests.web.accounts import confirm, with_totp
from tests.web.signed_in import signed_in
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, StepUpRequired, actor_for, console_actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts import services
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services import recovery
from vardkase.identity.accounts.services.account_approvals import propose_account_change
from vardkase.identity.accounts.services.deactivation import end_accounts
from vardkase.identity.accounts.services.protection import ApprovalNeeded
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.services import merge_organisations

PASSWORD = "correct horse battery staple"

type Way = Callable[[Actor, ApiUser, Seed], object]


def key_of(api_user: ApiUser) -> AuthKey:
    return AuthKey.objects.filter(user=api_user.user).order_by("pk")[0]


WAYS: dict[str, Way] = {
    "key issued": lambda actor, target, _: services.issue_key(actor, target.user),
    "key edited": lambda actor, target, _: services.edit_key(actor, key_of(target), {"comment": "x"}),
    "key pinned": lambda actor, target, _: services.pin_key(actor, key_of(target), "192.0.2.1"),
    "key revoked": lambda actor, target, _: services.delete_key(actor, key_of(target)),
    "keys reset": lambda actor, target, _: services.reset_keys(actor, target.user),
    "password reset": lambda actor, target, _: services.reset_password(actor, target.user),
    "password reset by link": lambda actor, target, _: recovery.reset_password_by_link(actor, target.user),
    "second factor reset": lambda actor, target, _: services.reset_second_factor(actor, target.user),
    "deleted": lambda actor, target, _: services.delete_user(actor, target.user),
    "organisation ended": lambda actor, target, _: end_accounts(actor, target.user.org_id),
    "switched off with others": lambda actor, target, seed: services.switch_field(
        actor, [target.user.pk, seed.analyst.user.pk], "disabled", True
    ),
    **{
        f"edited {field}": lambda actor, target, _, field=field, value=value: services.edit_user(
            actor, target.user, {field: value}
        )
        for field, value in {
            "password": PASSWORD,
            "email": "mine@hub.example",
            "disabled": True,
            "expiration": "2026-01-01",
            "external_auth_required": True,
            "external_auth_key": "cn=me",
            "gpgkey": "-----BEGIN PGP PUBLIC KEY BLOCK-----",
            "certif_public": "-----BEGIN CERTIFICATE-----",
            "server_id": 3,
        }.items()
    },
    "given another role": lambda actor, target, seed: services.edit_user(
        actor, target.user, {"role_id": seed.reader.user.role_id}
    ),
}


@pytest.fixture(params=[StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER])
def per(seed: Seed, request: pytest.FixtureRequest) -> ApiUser:
    return officer(seed, "per@hub.example", request.param)


def by(who: str, seed: Seed) -> Actor:
    """Each actor who could change accounts: by key, on the pages after step-up, at the console as nobody."""
    if who == "console":
        return console_actor(seed.hub.pk, "Hub", "root")
    if who == "another officer who administers":
        role = make_role("Officer who administers", frozenset(Permission) - {Permission.SITE_ADMIN})
        johanna = officer(seed, "johanna@hub.example")
        User.objects.filter(pk=johanna.user.pk).update(role=role)
        return actor_for(
            User.objects.get(pk=johanna.user.pk), Credential.BROWSER, confirmed_at=timezone.now()
        )
    credential = Credential.API_KEY if who == "key" else Credential.BROWSER
    return actor_for(seed.site_admin.user, credential, confirmed_at=timezone.now())


def state(user: User) -> tuple[Any, ...]:
    now = User.objects.get(pk=user.pk)
    keys = (
        AuthKey.objects.filter(user=user)
        .order_by("pk")
        .values_list("pk", "expiration", "allowed_ips", "comment")
    )
    return model_to_dict(now), list(keys), Authenticator.objects.filter(user=user).count()


@pytest.mark.parametrize("who", ["key", "pages", "console", "another officer who administers"])
@pytest.mark.parametrize("way", WAYS)
def test_protected_account_is_not_changed_by_one_person(seed: Seed, per: ApiUser, way: str, who: str) -> None:
    with_totp(per.user)
    actor, before = by(who, seed), state(per.user)
    with pytest.raises((ApprovalNeeded, Forbidden, NotFound)) as refused:
        WAYS[way](actor, per, seed)
    assert isinstance(refused.value, ApprovalNeeded) or who.startswith("another")
    assert state(per.user) == before
    assert not User.objects.get(pk=seed.analyst.user.pk).disabled


@pytest.mark.parametrize("way", WAYS)
def test_other_accounts_are_changed_directly(seed: Seed, way: str) -> None:
    console = console_actor(seed.hub.pk, "Hub", "root")
    WAYS[way](console, ApiUser(seed.colleague.user, seed.colleague.key), seed)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth_keys/add/{id}", {}),
        ("/auth_keys/add", {"user_id": "{id}"}),
        ("/auth_keys/edit/{key}", {"comment": "x"}),
        ("/auth_keys/pin/{key}/192.0.2.1", {}),
        ("/auth_keys/delete/{key}", {}),
        ("/users/resetauthkey/{id}", {}),
        ("/admin/users/edit/{id}", {"password": PASSWORD, "change_pw": 0}),
        ("/admin/users/edit/{id}", {"change_pw": 1}),
        ("/admin/users/edit/{id}", {"force_logout": 1}),
        ("/admin/users/edit/{id}", {"email": "mine@hub.example"}),
        ("/admin/users/edit/{id}", {"role_id": 1}),
        ("/admin/users/edit/{id}", {"disabled": 1}),
        ("/admin/users/delete/{id}", {}),
        ("/users/delete/{id}", {}),
        ("/admin/users/massToggleField/disabled/1", {"User": {"user_ids": ["{id}"]}}),
    ],
)
def test_administrators_key_cannot_take_over_officer(seed: Seed, path: str, body: dict[str, Any]) -> None:
    """Otherwise a site administrator alone could act as any officer."""
    per = officer(seed)
    before = state(per.user)
    names = {"id": per.user.pk, "key": key_of(per).pk}
    filled = {k: v.format(**names) if isinstance(v, str) else v for k, v in body.items()}
    if "User" in body:
        filled = {"User": {"user_ids": [per.user.pk]}}
    status, _ = call(seed.site_admin.key, "POST", path.format(**names), filled)
    assert status in (403, 405)
    assert state(per.user) == before


@pytest.mark.parametrize("way", ["key issued", "key edited", "key revoked", "keys reset"])
def test_own_account_change_requires_step_up(seed: Seed, per: ApiUser, way: str) -> None:
    for credential in (Credential.API_KEY, Credential.BROWSER):
        with pytest.raises(StepUpRequired):
            WAYS[way](actor_for(per.user, credential), per, seed)
    WAYS[way](actor_for(per.user, Credential.BROWSER, confirmed_at=timezone.now()), per, seed)


def test_harmless_fields_remain_editable(seed: Seed, per: ApiUser) -> None:
    """A client that sends the whole account back unchanged changes nothing."""
    same = {
        "email": per.user.email,
        "role_id": per.user.role_id,
        "password": "*****",
        "autoalert": 1,
        "change_pw": 0,
        "force_logout": 0,
    }
    assert services.edit_user(seed.site_admin.actor, per.user, same).autoalert


@pytest.mark.usefixtures("password_is_enough")
def test_pages_explain_required_approval(seed: Seed) -> None:
    per = officer(seed)
    client = signed_in(seed.site_admin)
    confirm(client, seed.site_admin.user)
    for path in ("reset-password/", "reset-second-factor/", "delete/", "keys/new/"):
        form = {"comment": "x"} if path == "keys/new/" else {}
        answer = client.post(f"/administration/users/{per.user.pk}/{path}", form)
        assert answer.status_code == 403, path
        assert per.user.email in answer.content.decode(), path


def test_merge_cannot_move_account_with_duties(seed: Seed) -> None:
    per = officer(seed, "per@b.example", org="org_b")
    with pytest.raises(Invalid):
        merge_organisations(seed.site_admin.actor, seed.org_b.pk, seed.org_a.pk)
    assert User.objects.get(pk=per.user.pk).org_id == seed.org_b.pk


def test_officer_cannot_become_site_administrator(seed: Seed, per: ApiUser) -> None:
    admin = seed.site_admin.user.role
    for actor in (console_actor(seed.hub.pk, "Hub", "root"), seed.site_admin.actor):
        with pytest.raises(Invalid):
            services.edit_user(actor, per.user, {"role_id": admin.pk})
        with pytest.raises(Invalid):
            services.edit_role(actor, per.user.role, {"perm_site_admin": True})
    assert not User.objects.get(pk=per.user.pk).role.perm_site_admin


TOLD = (
    "key issued",
    "key revoked",
    "password reset",
    "second factor reset",
    "edited email",
    "given another role",
)


def test_every_change_is_notified_by_mail(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    before = 0
    for way in (
        "key issued",
        "key revoked",
        "password reset",
        "second factor reset",
        "edited email",
        "given another role",
    ):
        WAYS[way](seed.site_admin.actor, ApiUser(seed.colleague.user, make_key(seed.colleague.user)), seed)
        now = OutgoingMail.objects.count()
        assert now > before, way
        before = now
    addresses = set(OutgoingMail.objects.values_list("recipient", flat=True))
    assert addresses == {seed.colleague.user.email, "mine@hub.example"}


def two_officers(seed: Seed) -> tuple[ApiUser, ApiUser]:
    return officer(seed, "per@hub.example"), officer(seed, "johanna@hub.example", StaffRole.LEGAL_OFFICER)


@pytest.mark.parametrize("change", ["password", "second_factor", "keys", "email", "role", "off", "delete"])
def test_another_officer_approves_change(seed: Seed, settings: Any, change: str) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    per, johanna = two_officers(seed)
    with_totp(per.user)
    value = {"email": "per.new@hub.example", "role": str(seed.reader.user.role_id)}.get(change, "")
    before = state(per.user)
    propose_account_change(seed.site_admin.actor, per.user, change, value, "Lost the phone.")
    assert state(per.user) == before
    for own in (per.user, seed.site_admin.user):
        with pytest.raises(Forbidden):
            approved(own)
    approved(johanna.user)
    now = User.objects.filter(pk=per.user.pk).first()
    done = {
        "password": lambda: now and now.password != per.user.password and now.links.count() == 1,
        "second_factor": lambda: not Authenticator.objects.filter(user=per.user).exists(),
        "keys": lambda: not AuthKey.objects.filter(user=per.user, expiration=0).exists(),
        "email": lambda: now and now.email == per.user.email and now.links.count() == 2,
        "role": lambda: now and now.role_id == seed.reader.user.role_id,
        "off": lambda: now and now.disabled,
        "delete": lambda: now is None,
    }
    assert done[change]()
    assert OutgoingMail.objects.filter(recipient=per.user.email).exists()


def test_change_cannot_be_proposed_for_self_or_approved_alone(seed: Seed) -> None:
    per, _ = two_officers(seed)
    with pytest.raises(Forbidden):
        propose_account_change(at_screen(per.user), per.user, "keys", "", "Mine.")
    console = console_actor(seed.hub.pk, "Hub", "root")
    with pytest.raises(Invalid):
        propose_account_change(console, seed.analyst.user, "keys", "", "No officer.")


def test_only_officers_account_takes_two_site_administrators(seed: Seed) -> None:
    """The console cannot propose: its user may also have a site administrator's account."""
    per = officer(seed)
    other = make_user(seed.hub, seed.site_admin.user.role, "other.admin@hub.example")
    console = console_actor(seed.hub.pk, "Hub", "root")
    for who in (console, in_the_name_of(console, other)):
        with pytest.raises(Forbidden):
            propose_account_change(who, per.user, "second_factor", "", "Lost the phone.")
    propose_account_change(seed.site_admin.actor, per.user, "second_factor", "", "Lost the phone.")
    with pytest.raises(Forbidden):
        approved(seed.site_admin.user)
    approved(other)
    assert User.objects.get(pk=per.user.pk).force_logout


@pytest.mark.usefixtures("password_is_enough")
def test_change_is_proposed_on_page(seed: Seed) -> None:
    per, _ = two_officers(seed)
    client = signed_in(seed.site_admin)
    page = f"/administration/users/{per.user.pk}/propose/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"change": "keys"}).status_code == 422, "a reason is required"
    assert client.post(page, {"change": "keys", "reason": "Stolen laptop."}).status_code == 302
    assert the_request().parameters["change"] == "keys"


def test_site_administrator_cannot_become_officer(seed: Seed) -> None:
    with pytest.raises(Invalid):
        appoint(console_actor(seed.hub.pk, "Hub", "root"), seed.site_admin.user, ["legal_officer"])


def test_forced_password_change_does_not_bypass_second_factor(seed: Seed) -> None:
    """Only a password set by somebody else is changed without it; users cannot force a change on themselves."""
    per = officer(seed)
    with pytest.raises(Forbidden):
        services.edit_user(seed.org_admin.actor, seed.org_admin.user, {"change_pw": True})
    per.user.change_pw, per.user.last_pw_change = True, timezone.now()
    per.user.save()
    with pytest.raises(StepUpRequired):
        services.change_password(actor_for(per.user, Credential.BROWSER), PASSWORD)
    per.user.credentials_set_by_another_at = timezone.now()
    per.user.save()
    assert not services.change_password(actor_for(per.user, Credential.BROWSER), PASSWORD).change_pw
