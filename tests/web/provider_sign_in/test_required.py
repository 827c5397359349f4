"""Second factors with a provider, and attempts to sign in past a required provider."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from tests.factories.provider_sign_in import come_in, is_in, last_refusal
from tests.factories.seed import Seed
from tests.support.openid_provider import Provider
from tests.web.accounts import code_of, post_sign_in, with_password, with_totp
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.web.sign_in.sign_in_policy import other_means_refused


def test_hubs_second_factor_is_asked_for(seed: Seed, provider: Provider, browser: Client) -> None:
    secret = with_totp(seed.analyst.user)
    provider.claims = {"amr": ["pwd", "mfa"]}
    assert (
        come_in(browser, provider, seed.analyst.user.email).headers["Location"]
        == "/account/second-factor/authenticate/"
    )
    assert not is_in(browser)
    browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)})
    assert browser.get("/events/").status_code == 200


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "mfa"}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({}, False),
    ],
)
def test_trusted_providers_second_factor_counts(
    seed: Seed, provider: Provider, browser: Client, claims: dict[str, Any], enough: bool
) -> None:
    IdentityProvider.objects.update(trusts_second_factor=True)
    with_password(seed.analyst.user, change_pw=True)
    provider.claims = claims
    come_in(browser, provider, seed.analyst.user.email)
    page = browser.get("/events/")
    assert page.status_code == (200 if enough else 302), "the one-time password need not be known"
    browser.post("/account/logout/")
    with_totp(seed.analyst.user)
    come_in(browser, provider, seed.analyst.user.email)
    assert is_in(browser) is enough


def test_providers_second_factor_does_not_help_later_password_sign_in(
    seed: Seed, provider: Provider, browser: Client
) -> None:
    """What the provider confirmed in this browser does not count for a later password sign-in."""
    IdentityProvider.objects.update(trusts_second_factor=True)
    person = with_password(seed.analyst.user)
    with_totp(person)
    provider.claims = {"amr": ["mfa"]}
    Organisation.objects.filter(pk=seed.org_a.pk).update(networks=["192.0.2.0/24"], networks_mode="enforce")
    come_in(browser, provider, person.email)
    Organisation.objects.filter(pk=seed.org_a.pk).update(networks_mode="off")
    assert post_sign_in(browser, person.email).headers["Location"] == "/account/second-factor/authenticate/"
    assert not is_in(browser)


@pytest.mark.usefixtures("password_is_enough")
def test_required_provider_refuses_other_sign_ins(seed: Seed, provider: Provider, browser: Client) -> None:
    IdentityProvider.objects.update(required=True)
    person = with_password(seed.analyst.user)
    answer = post_sign_in(browser, person.email)
    assert (answer.status_code, is_in(browser)) == (403, False)
    assert "sign in through Works login" in answer.content.decode()
    one_time = with_password(person, change_pw=True)
    assert (post_sign_in(browser, one_time.email).status_code, is_in(browser)) == (403, False)
    secret = with_totp(person)
    assert (post_sign_in(browser, person.email).status_code, is_in(browser)) == (403, False)
    for code in (code_of(secret), "12345678"):
        browser.post("/account/second-factor/authenticate/", {"code": code})
        assert not is_in(browser)
    assert browser.get("/account/password/reset/").status_code == 404
    noted = AuditEntry.objects.filter(action="user.entrance_refused", change__reason="provider_required")
    assert noted.get().target_id == person.pk
    come_in(browser, provider, person.email)
    browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)})
    assert is_in(browser)


def test_started_sign_in_is_refused_once_provider_is_required(
    seed: Seed, provider: Provider, browser: Client
) -> None:
    """Password entered before; second factor or recovery code after."""
    person = with_password(seed.analyst.user)
    secret = with_totp(person)
    post_sign_in(browser, person.email)
    IdentityProvider.objects.update(required=True)
    answer = browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)})
    assert (answer.status_code, is_in(browser)) == (403, False)


def test_passkey_is_refused_where_provider_is_required(seed: Seed, provider: Provider) -> None:
    """A passkey sign-in in the session is not one through the provider, even if one preceded it."""

    IdentityProvider.objects.update(required=True)
    user = seed.analyst.user
    through = {"method": "openid_connect", "organisation": user.org_id, "issuer": "x", "second_factor": False}
    passkey = {"method": "mfa", "type": "webauthn", "passwordless": True}
    for records, refused in (
        ([through], False),
        ([through, {"method": "mfa", "type": "totp"}], False),
        ([through, {"method": "password", "reauthenticated": True}], False),
        ([passkey], True),
        ([through, passkey], True),
        ([through, {"method": "password"}], True),
        ([through | {"organisation": seed.org_b.pk}], True),
        ([{"method": "mfa", "type": "totp"}], True),
        ([], True),
    ):
        request = RequestFactory().get("/")
        request.session = Client().session
        request.user = user
        request.session["account_authentication_methods"] = records
        request.session["account_authentication_methods_user"] = str(user.pk)
        assert (other_means_refused(request, user) is not None) is refused, records


@pytest.mark.usefixtures("password_is_enough")
def test_site_administrators_are_exempt_from_provider(
    seed: Seed, provider: Provider, browser: Client
) -> None:
    """Otherwise an organisation's administrator could register a provider and become site administrator."""
    IdentityProvider.objects.update(required=True, trusts_second_factor=True)
    domain = seed.analyst.user.email.rpartition("@")[2]
    keeper = with_password(seed.site_admin.user, org=seed.org_a, email=f"keeper@{domain}")
    officer = with_password(seed.publisher.user, staff_roles=[StaffRole.LEGAL_OFFICER])
    for person in (keeper, officer):
        come_in(browser, provider, person.email)
        assert (last_refusal()["reason"], is_in(browser)) == ("serves_the_hub", False)
        post_sign_in(browser, person.email)
        assert is_in(browser)
        browser.post("/account/logout/")
