"""Who registers a provider, and what is stored."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from tests.factories.provider_sign_in import come_in, is_in
from tests.factories.seed import ApiUser, Seed
from tests.support.openid_provider import CLIENT, SECRET, Provider, openid_provider
from tests.web.accounts import signed_in, with_password
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.sign_in_policy.models import IdentityProvider


def provider_form(provider: Provider, **changed: str) -> dict[str, str]:
    filled = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Our login"}
    return filled | changed


def admin_of(api_user: ApiUser) -> Client:
    return signed_in(api_user.user)


@pytest.mark.usefixtures("password_is_enough")
def test_administrator_registers_and_requires_provider(seed: Seed, browser: Client) -> None:
    base = f"/security/{seed.org_a.pk}/"
    admin, person = admin_of(seed.org_admin), signed_in(seed.analyst.user)
    with openid_provider() as provider:
        assert "No provider is registered" in admin.get(base).content.decode()
        assert f"/organisation/{seed.org_a.pk}/back/" in admin.get(base + "provider/").content.decode()
        for wrong in (
            {"issuer": "https://a:b@c.example"},
            {"issuer": "file:///etc"},
            {"client_secret": ""},
            {"label": " "},
        ):
            assert admin.post(base + "provider/", provider_form(provider, **wrong)).status_code == 422
        nobody = admin.post(base + "provider/", provider_form(provider, issuer=provider.url + "/nobody"))
        assert "No OpenID Connect provider responds at this address" in nobody.content.decode()
        early = admin.post(base + "provider/", provider_form(provider, required="on"))
        assert "Sign in with it once" in early.content.decode()
        assert not IdentityProvider.objects.exists()
        assert admin.post(base + "provider/", provider_form(provider)).status_code == 302
        kept = IdentityProvider.objects.get()
        assert SECRET not in kept.secret
        assert kept.client_secret == SECRET
        come_in(browser, provider, seed.analyst.user.email)
        assert is_in(browser)
        page = admin.get(base + "provider/").content.decode()
        assert SECRET not in page
        admin.post(base + "provider/", provider_form(provider, client_secret="", required="on"))
        assert IdentityProvider.objects.get().client_secret == SECRET
        assert person.get("/events/").status_code == 302, (
            "everyone who signed in by other means must sign in again"
        )
        assert admin.get(base).status_code == 200
        with openid_provider() as other:
            elsewhere = admin.post(base + "provider/", provider_form(other, client_secret=""))
            assert (elsewhere.status_code, other.running.requests) == (422, []), (
                "the secret is not sent to another address"
            )
            assert admin.post(base + "provider/", provider_form(other, required="on")).status_code == 422
    assert admin.post(base + "provider/remove/").status_code == 302
    assert not IdentityProvider.objects.exists()
    acts = AuditEntry.objects.filter(target_kind="organisation", action__startswith="organisation.provider")
    assert [entry.action.rpartition("_")[2] for entry in acts.order_by("pk")] == ["set", "set", "removed"]
    assert SECRET not in str([entry.change for entry in acts])


@pytest.mark.usefixtures("password_is_enough")
def test_registering_requires_recent_sign_in(seed: Seed, provider: Provider) -> None:
    """The typed secret is not kept in the session meanwhile."""
    base = f"/security/{seed.org_a.pk}/provider/"
    with_password(seed.org_admin.user)
    admin = admin_of(seed.org_admin)
    session = admin.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    assert admin.get(base).headers["Location"].startswith("/account/reauthenticate/")
    assert admin.post(base, provider_form(provider, label="Evil")).headers["Location"] == base
    assert SECRET not in str(dict(admin.session.items()))
    assert admin.post(base + "remove/").status_code == 302
    assert IdentityProvider.objects.get().label == "Works login"


@pytest.mark.usefixtures("password_is_enough")
@pytest.mark.parametrize("way", ["removed", "another one"])
def test_replacing_provider_ends_its_sessions(
    seed: Seed, provider: Provider, browser: Client, way: str
) -> None:
    come_in(browser, provider, seed.analyst.user.email)
    assert is_in(browser)
    base = f"/security/{seed.org_a.pk}/provider/"
    admin = admin_of(seed.org_admin)
    if way == "removed":
        assert admin.post(base + "remove/").status_code == 302
    else:
        with openid_provider() as other:
            assert admin.post(base, provider_form(other)).status_code == 302
    assert browser.get("/events/").status_code == 302
    assert admin.get("/events/").status_code == 200


@pytest.mark.usefixtures("password_is_enough")
def test_other_roles_cannot_register_provider(seed: Seed, provider: Provider) -> None:
    base = f"/security/{seed.org_a.pk}/provider/"
    seed.stranger.user.staff_roles = [StaffRole.OPERATOR]
    seed.stranger.user.save()
    for api_user, status in ((seed.partner, 404), (seed.analyst, 404), (seed.stranger, 403)):
        browser = admin_of(api_user)
        assert browser.get(base).status_code == status
        assert browser.post(base, provider_form(provider, label="Evil")).status_code == status
        assert browser.post(base + "remove/").status_code == status
    assert Client().get(base).status_code == 302
    assert admin_of(seed.org_admin).get(f"/security/{seed.org_b.pk}/provider/").status_code == 404
    assert IdentityProvider.objects.get().label == "Works login"
