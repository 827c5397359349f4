"""Step-up authentication: what asks for it, of whom, and that only a fresh session has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.factories.seed import Seed
from tests.web.accounts import PASSWORD, code_of, confirm, post_sign_in, signed_in, with_password, with_totp
from vardkase.identity.access.actor import STEP_UP_HOLDS, StepUpRequired, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes.persons import has_own_credentials
from vardkase.identity.accounts.models import AccountAddress, AuthKey, User
from vardkase.identity.accounts.services import edit_user, issue_key, reset_password, reset_second_factor
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS

NEW = "tretton fyrar tända längs kusten"
NEW_KEY = "/account/keys/new/"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def person(seed: Seed) -> User:
    return with_password(seed.analyst.user)


def test_step_up_is_required_once_confirmation_is_old(person: User, client: Client) -> None:
    secret = with_totp(person)
    client.force_login(person)
    confirm(client, person, ago=STEP_UP_HOLDS.total_seconds() + 1)
    asked = client.get(NEW_KEY)
    assert (
        asked.headers["Location"]
        == f"/account/second-factor/reauthenticate/?next={NEW_KEY.replace('/', '%2F')}"
    )
    answer = client.post(asked.headers["Location"], {"code": code_of(secret)})
    assert answer.headers["Location"] == NEW_KEY
    assert client.get(NEW_KEY).status_code == 200


def test_password_does_not_confirm_user_with_second_factor(person: User, client: Client) -> None:
    with_totp(person)
    client.force_login(person)
    confirm(client, person, ago=STEP_UP_HOLDS.total_seconds() + 1)
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer.headers["Location"].startswith("/account/second-factor/reauthenticate/")
    assert client.get(NEW_KEY).status_code == 302


def test_interrupted_request_resumes_with_its_data(person: User, client: Client) -> None:
    secret = with_totp(person)
    client.force_login(person)
    confirm(client, person, ago=STEP_UP_HOLDS.total_seconds() + 1)
    asked = client.post(NEW_KEY, {"comment": "for the SIEM", "expiration": "", "allowed_ips": ""})
    made = client.post(asked.headers["Location"], {"code": code_of(secret)})
    assert made.status_code == 200
    assert AuthKey.objects.get(comment="for the SIEM").user_id == person.pk


@pytest.mark.usefixtures("password_is_enough")
def test_failed_sign_ins_of_others_behind_the_same_address_do_not_count(person: User, client: Client) -> None:
    client.force_login(person)
    confirm(client, person, ago=STEP_UP_HOLDS.total_seconds() + 1)
    for number in range(12):
        refused = Client().post("/account/login/", {"login": f"{number}@x.example", "password": "wrong"})
    assert "Vänta 5 minuter" in refused.content.decode()
    path = f"/account/reauthenticate/?next={NEW_KEY}"
    for _ in range(5):
        assert "Vänta" not in client.post(path, {"password": "wrong"}).content.decode()
    # The person's own wrong passwords do, and the right one has to wait as well.
    for password in ("wrong", PASSWORD):
        assert "Vänta 5 minuter" in client.post(path, {"password": password}).content.decode()
    cache.clear()
    assert client.post(path, {"password": PASSWORD}).headers["Location"] == NEW_KEY


def test_second_factor_at_sign_in_counts_as_step_up(person: User, client: Client) -> None:
    secret = with_totp(person)
    post_sign_in(client, person.email)
    client.post("/account/second-factor/authenticate/", {"code": code_of(secret)})
    assert client.get(NEW_KEY).status_code == 200


@pytest.mark.usefixtures("password_is_enough")
def test_password_confirms_where_no_second_factor_is_required(person: User) -> None:
    client = signed_in(person)
    assert client.get(NEW_KEY).status_code == 200
    confirm(client, person, ago=STEP_UP_HOLDS.total_seconds() + 1)
    assert client.get(NEW_KEY).headers["Location"].startswith("/account/reauthenticate/")


def test_user_without_second_factor_is_sent_to_set_it_up(person: User) -> None:
    person.role.perm_skip_otp = True
    person.role.save()
    assert signed_in(person).get(NEW_KEY).headers["Location"] == "/account/second-factor/"


@pytest.mark.parametrize("credential", [each for each in Credential if each is not Credential.BROWSER])
def test_other_credentials_have_no_step_up(person: User, credential: Credential) -> None:
    with pytest.raises(StepUpRequired):
        actor_for(person, credential).require_step_up()


def test_step_up_expires(person: User) -> None:
    actor_for(person, Credential.BROWSER, confirmed_at=timezone.now()).require_step_up()
    with pytest.raises(StepUpRequired):
        actor_for(person, Credential.BROWSER, confirmed_at=timezone.now() - STEP_UP_HOLDS).require_step_up()


def test_credentials_set_by_another_wait_some_days(person: User) -> None:
    acting, days = actor_for(person, Credential.BROWSER), CREDENTIAL_WAITING_DAYS.value
    assert has_own_credentials(acting, person)
    person.credentials_set_by_another_at = timezone.now() - timedelta(days=days, seconds=-60)
    assert not has_own_credentials(acting, person)
    person.credentials_set_by_another_at = timezone.now() - timedelta(days=days)
    assert has_own_credentials(acting, person)


def test_every_address_of_account_is_remembered(seed: Seed) -> None:
    pk, before = seed.analyst.user.pk, seed.analyst.user.email
    User.objects.filter(pk=pk).update(email="other@a.example")
    User.objects.get(pk=pk).delete()
    assert set(AccountAddress.objects.filter(user_id=pk).values_list("email", flat=True)) == {
        before,
        "other@a.example",
    }


def test_issuer_of_key_is_recorded(seed: Seed) -> None:
    console = replace(seed.analyst.actor, credential=Credential.CONSOLE)
    own, _ = issue_key(seed.analyst.actor, seed.analyst.user)
    assert own.is_issued_by_owner
    assert User.objects.get(pk=seed.analyst.user.pk).credentials_set_by_another_at is None
    for other in (seed.site_admin.actor, console):
        key, _ = issue_key(other, seed.analyst.user)
        assert not key.is_issued_by_owner
        assert User.objects.get(pk=seed.analyst.user.pk).credentials_set_by_another_at is not None
        User.objects.update(credentials_set_by_another_at=None)


@pytest.mark.parametrize(
    "act",
    [
        reset_password,
        reset_second_factor,
        lambda actor, user: edit_user(actor, user, {"password": NEW}),
        lambda actor, user: edit_user(actor, user, {"email": "new@a.example"}),
    ],
    ids=["password reset", "second factor reset", "password set", "address changed"],
)
def test_administrators_changes_are_recorded_as_set_by_another(seed: Seed, act: Any) -> None:
    act(seed.site_admin.actor, seed.analyst.user)
    assert User.objects.get(pk=seed.analyst.user.pk).credentials_set_by_another_at is not None
