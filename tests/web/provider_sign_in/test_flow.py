"""The redirect to the provider and back: once, in one browser, and when the provider fails."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.test import Client

from tests.factories.provider_sign_in import START, come_in, is_in, last_refusal, registered, way_there
from tests.factories.seed import Seed
from tests.support.openid_provider import Provider, openid_provider, write
from vardkase.audit.models import AuditEntry
from vardkase.exchange.openid import discovery
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import IdentityProvider


@pytest.mark.usefixtures("password_is_enough")
def test_sign_in_through_provider(seed: Seed, provider: Provider, browser: Client) -> None:
    assert START in browser.get("/account/login/").content.decode()
    link = way_there(browser, seed.analyst.user.email, next="/events/")
    answer = browser.get(provider.sign_in(link, seed.analyst.user.email.upper()))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/events/")
    assert browser.get("/events/").status_code == 200
    entry = AuditEntry.objects.get(action="user.signed_in")
    assert (entry.actor_id, entry.change["provider"]) == (seed.analyst.user.pk, provider.url)
    assert IdentityProvider.objects.get().proved is not None
    assert browser.get(START).headers["Location"] == "/"


def test_redirect_to_other_site_is_ignored(seed: Seed, provider: Provider, browser: Client) -> None:
    link = way_there(browser, seed.analyst.user.email, next="https://evil.example/")
    answer = browser.get(provider.sign_in(link, seed.analyst.user.email))
    assert answer.headers["Location"] == "/"


def test_unverified_domains_and_unknown_addresses_are_refused(
    seed: Seed, provider: Provider, browser: Client
) -> None:
    for address in (
        "somebody@nowhere.example",
        f"x@sub.{seed.analyst.user.email.rpartition('@')[2]}",
        "no address",
    ):
        assert browser.post(START, {"email": address}).status_code == 422
    Organisation.objects.filter(pk=seed.org_a.pk).update(verified_domains=[])
    assert browser.post(START, {"email": seed.analyst.user.email}).status_code == 422
    assert provider.running.requests == []


def test_domain_removed_meanwhile_is_refused(seed: Seed, provider: Provider, browser: Client) -> None:
    link = way_there(browser, seed.analyst.user.email)
    Organisation.objects.filter(pk=seed.org_a.pk).update(verified_domains=[])
    browser.get(provider.sign_in(link, seed.analyst.user.email))
    assert (last_refusal()["reason"], is_in(browser)) == ("domain", False)


def test_disabled_account_is_refused(seed: Seed, provider: Provider, browser: Client) -> None:
    User.objects.filter(pk=seed.analyst.user.pk).update(disabled=True)
    answer = come_in(browser, provider, seed.analyst.user.email)
    assert (answer.headers["Location"], is_in(browser)) == ("/account/inactive/", False)
    assert AuditEntry.objects.filter(action="user.entrance_refused").exists()


def test_organisations_network_rule_applies(seed: Seed, provider: Provider, browser: Client) -> None:
    Organisation.objects.filter(pk=seed.org_a.pk).update(networks=["192.0.2.0/24"], networks_mode="enforce")
    answer = come_in(browser, provider, seed.analyst.user.email)
    assert (answer.status_code, is_in(browser)) == (403, False)
    assert "only admits its own networks" in answer.content.decode()


def test_callback_is_valid_once_and_in_one_browser(seed: Seed, provider: Provider, browser: Client) -> None:
    email = seed.analyst.user.email
    back = provider.sign_in(way_there(browser, email), email)
    stranger = Client()
    assert (stranger.get(back).status_code, is_in(stranger)) == (403, False)
    assert (browser.get(back).status_code, is_in(browser)) == (302, True)
    browser.post("/account/logout/")
    assert (browser.get(back).status_code, is_in(browser)) == (403, False)
    for changed in ({"state": "another"}, {"state": None}, {"code": None}, {"error": "access_denied\x00"}):
        assert come_in(browser, provider, email, **changed).status_code == 403
        assert not is_in(browser)
    used = browser.session
    way_there(browser, email)
    used = browser.session
    used["provider_attempt"] = used["provider_attempt"] | {"begun": time.time() - 601}
    used.save()
    assert browser.get(back).status_code == 403
    assert last_refusal()["reason"] == "state"


def test_stolen_code_is_refused_in_other_browser(seed: Seed, provider: Provider, browser: Client) -> None:
    """PKCE: the code needs this browser's verifier."""
    email = seed.analyst.user.email
    provider.sign_in(way_there(Client(), email), email)
    stolen = next(iter(provider.codes))
    answer = come_in(browser, provider, email, code=stolen)
    assert (answer.status_code, is_in(browser), last_refusal()["reason"]) == (502, False, "answer")


def test_callbacks_of_two_providers_are_not_mixed_up(seed: Seed, provider: Provider, browser: Client) -> None:
    """One organisation's provider opens no account of another, through either callback."""
    email = seed.analyst.user.email
    with openid_provider() as other:
        registered(seed.org_b, other)
        back = provider.sign_in(way_there(browser, email), email)
        elsewhere = back.replace(f"/{seed.org_a.pk}/back/", f"/{seed.org_b.pk}/back/")
        assert (browser.get(elsewhere).status_code, is_in(browser)) == (403, False)
        assert other.running.requests == [], "the code is not sent to the other provider"
        come_in(browser, provider, email, iss=other.url)
        assert (last_refusal()["reason"], is_in(browser)) == ("state", False)
        provider.metadata = {"authorization_response_iss_parameter_supported": True}
        come_in(browser, provider, email)
        assert (last_refusal()["reason"], is_in(browser)) == ("state", False)
        link = way_there(browser, seed.partner.user.email)
        browser.get(other.sign_in(link, email))
        assert (last_refusal()["reason"], is_in(browser)) == ("domain", False)
        link = way_there(browser, email)
        IdentityProvider.objects.filter(pk=seed.org_a.pk).update(issuer=other.url)
        browser.get(provider.sign_in(link, email))
        assert (last_refusal()["reason"], is_in(browser)) == ("state", False)


def slow(_path: str, _handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(1)
    return False


def huge(_path: str, handler: BaseHTTPRequestHandler) -> bool:
    write(handler, b" " * (discovery.LIMIT + 1) + b"{}")
    return True


def redirects(_path: str, handler: BaseHTTPRequestHandler) -> bool:
    write(handler, b"", 302, Location="http://127.0.0.1:1/private")
    return True


def deeply_nested(_path: str, handler: BaseHTTPRequestHandler) -> bool:
    write(handler, b"[" * 200_000)
    return True


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("trouble", [slow, huge, redirects, deeply_nested])
def test_failing_provider_is_refused(
    seed: Seed, provider: Provider, browser: Client, monkeypatch: pytest.MonkeyPatch, trouble: Any, path: str
) -> None:
    monkeypatch.setattr(discovery, "SECONDS", 0.3)
    link = way_there(browser, seed.analyst.user.email)
    provider.disturb = lambda asked, handler: asked == path and trouble(asked, handler)
    answer = browser.get(provider.sign_in(link, seed.analyst.user.email))
    assert (answer.status_code, is_in(browser)) == (502, False)
    assert last_refusal()["reason"] in ("unreachable", "answer")


def test_unreachable_or_disallowed_provider_is_refused(
    seed: Seed, provider: Provider, browser: Client, settings: Any
) -> None:
    email = seed.analyst.user.email
    provider.metadata = {"issuer": "https://evil.example"}
    assert browser.post(START, {"email": email}).status_code == 502
    for address in ("javascript:alert(1)", "ftp://a.example/", "", None):
        provider.metadata = {"authorization_endpoint": address}
        assert browser.post(START, {"email": email}).status_code == 502
    provider.metadata = {"token_endpoint": "http://10.0.0.1/token"}
    come_in(browser, provider, email)
    assert "10.0.0.1" in last_refusal()["detail"]
    provider.metadata = {}
    settings.VARDKASE_SIGN_IN_NETWORKS = ()
    settings.VARDKASE_PRIVATE_NETWORKS = ("127.0.0.0/8",)
    provider.running.requests.clear()
    assert browser.post(START, {"email": email}).status_code == 502
    assert (last_refusal()["reason"], provider.running.requests) == ("unreachable", [])
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    assert not is_in(browser)


def test_sign_ins_are_rate_limited(seed: Seed, provider: Provider, browser: Client) -> None:
    """The hub cannot be used to flood a provider."""
    answers = [browser.post(START, {"email": "x@nowhere.example"}).status_code for _ in range(31)]
    assert (answers[0], answers[-1]) == (422, 429)
    back = f"{START}{seed.org_a.pk}/back/"
    assert [browser.get(back).status_code for _ in range(31)][-1] == 429
