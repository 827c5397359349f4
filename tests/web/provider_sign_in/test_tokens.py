"""Tokens and claims from a provider, and every forgery of them."""

from __future__ import annotations

import hmac
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from tests.factories.provider_sign_in import come_in, is_in, last_refusal
from tests.factories.seed import Seed
from tests.support.openid_provider import CLIENT, SECRET, Provider, key_of
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another"},
    "several audiences": {"aud": [CLIENT, "another"]},
    "another party": {"azp": "another"},
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "no end": {"exp": None},
    "no audience": {"aud": None},
    "ended": {"exp": int(time.time()) - 3600},
    "an endless end": {"exp": float("inf")},
    "of tomorrow": {"iat": int(time.time()) + 86_400},
    "no subject": {"sub": None},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_token_for_other_sign_in_is_refused(
    seed: Seed, provider: Provider, browser: Client, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    answer = come_in(browser, provider, seed.analyst.user.email)
    assert (answer.status_code, is_in(browser), last_refusal()["reason"]) == (403, False, "token")
    assert "cannot be trusted" in answer.content.decode()


def with_the_public_key_as_secret(claims: dict[str, Any]) -> str:
    """An HS256 token signed with the public key as its secret."""
    pem = key_of("own").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = jwt.utils.base64url_encode(b'{"alg": "HS256", "kid": "own", "typ": "JWT"}').decode()
    text = f"{head}.{jwt.encode(claims, '', algorithm='none').split('.')[1]}"
    return f"{text}.{jwt.utils.base64url_encode(hmac.digest(pem, text.encode(), 'sha256')).decode()}"


def forged(kind: str, claims: dict[str, Any]) -> str:
    if kind == "unsigned":
        return jwt.encode(claims, "", algorithm="none")
    if kind == "the public key as secret":
        return with_the_public_key_as_secret(claims)
    if kind == "the client's secret":
        return jwt.encode(claims, SECRET * 3, algorithm="HS256", headers={"kid": "own"})
    if kind == "another key":
        return jwt.encode(claims, key_of("another"), algorithm="RS256", headers={"kid": "own"})
    if kind == "an unknown key":
        return jwt.encode(claims, key_of("another"), algorithm="RS256", headers={"kid": "another"})
    if kind == "changed":
        head, _, sign = jwt.encode(claims, key_of("own"), algorithm="RS256", headers={"kid": "own"}).split(
            "."
        )
        body = jwt.encode(claims | {"email_verified": True}, "", algorithm="none").split(".")[1]
        return ".".join((head, body[:-2], sign))
    return "not.a.token"


@pytest.mark.parametrize(
    "kind",
    [
        "unsigned",
        "the public key as secret",
        "the client's secret",
        "another key",
        "an unknown key",
        "changed",
        "none",
    ],
)
def test_forged_token_is_refused(seed: Seed, provider: Provider, browser: Client, kind: str) -> None:
    provider.sign = lambda claims: forged(kind, claims)
    answer = come_in(browser, provider, seed.analyst.user.email)
    assert (answer.status_code, is_in(browser), last_refusal()["reason"]) == (403, False, "token")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email_verified": False}, "email"),
        ({"email_verified": "true"}, "email"),
        ({"email_verified": None}, "email"),
        ({"email": None}, "email"),
        ({"email": "a\x00@b.example"}, "email"),
        ({"email": "someone@unverified.example"}, "domain"),
    ],
)
def test_address_outside_providers_domains_is_refused(
    seed: Seed, provider: Provider, browser: Client, claims: dict[str, Any], reason: str
) -> None:
    provider.claims = claims
    answer = come_in(browser, provider, seed.analyst.user.email)
    assert (answer.status_code, is_in(browser), last_refusal()["reason"]) == (403, False, reason)


def test_account_of_other_organisation_is_refused(seed: Seed, provider: Provider, browser: Client) -> None:
    typed = seed.analyst.user.email
    come_in(browser, provider, seed.partner.user.email, typed)
    other_domain = last_refusal()["reason"]
    both = [typed.rpartition("@")[2], seed.partner.user.email.rpartition("@")[2]]
    Organisation.objects.filter(pk=seed.org_a.pk).update(verified_domains=both)
    come_in(browser, provider, seed.partner.user.email, typed)
    assert (other_domain, last_refusal()["reason"], is_in(browser)) == ("domain", "no_account", False)
    before = User.objects.count()
    come_in(browser, provider, f"new.{typed}", typed)
    assert (last_refusal()["reason"], User.objects.count()) == ("no_account", before)


def test_lookalike_address_is_refused(seed: Seed, provider: Provider, browser: Client) -> None:
    name, _, domain = seed.analyst.user.email.rpartition("@")
    User.objects.filter(pk=seed.analyst.user.pk).update(email=f"i{name}@{domain}")
    come_in(browser, provider, f"ı{name}@{domain}", f"i{name}@{domain}")
    assert (last_refusal()["reason"], is_in(browser)) == ("no_account", False)
