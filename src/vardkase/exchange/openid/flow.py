"""The authorization code flow with PKCE: redirect to the provider, and callback."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from vardkase.core.errors import Invalid
from vardkase.exchange.openid.discovery import discover
from vardkase.exchange.openid.problems import IdentityProviderProblem
from vardkase.exchange.openid.tokens import id_token, verified_claims
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.providers import ProviderFault, ProviderRefused

SCOPES = "openid email"


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """A sign-in in progress: what only this browser's session knows, and the expected issuer."""

    issuer: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class ProviderCallback:
    """The parameters that the provider returns through the browser."""

    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ProviderCallback:
        return cls(
            query.get("state", ""), query.get("code", ""), query.get("error", ""), query.get("iss", "")
        )


def register(actor: Actor, organisation: Organisation, asked: services.Registration) -> IdentityProvider:
    """Register a provider, after checking that it responds as one. Raises Invalid by field, Forbidden."""
    services.check_provider(actor, organisation, asked)
    try:
        discover(asked.issuer)
    except ProviderRefused as refused:
        raise Invalid({"issuer": [IdentityProviderProblem.NO_ANSWER(why=str(refused))]}) from refused
    return services.save_provider(actor, organisation, asked)


def begin(provider: IdentityProvider, redirect_uri: str, email: str) -> tuple[SignInFlow, str]:
    """A new attempt, and the provider's URL to redirect the browser to. Raises ProviderRefused."""
    metadata = discover(provider.issuer)
    # 256 bits each; the verifier's 43 characters are the least that PKCE allows (RFC 7636).
    attempt = SignInFlow(provider.issuer, *(secrets.token_urlsafe(32) for _ in range(3)))
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),  # Without padding (RFC 7636).
        "code_challenge_method": "S256",
        "login_hint": email,
    }
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return attempt, f"{metadata.authorization_endpoint}{joint}{urlencode(query)}"


def finish(
    provider: IdentityProvider, attempt: SignInFlow, returned: ProviderCallback, redirect_uri: str
) -> dict[str, Any]:
    """The verified claims about the returning user. Raises ProviderRefused."""
    if not hmac.compare_digest(returned.state.encode(), attempt.state.encode()):
        raise ProviderRefused(ProviderFault.STATE)
    if attempt.issuer != provider.issuer:
        raise ProviderRefused(ProviderFault.STATE, "The provider was changed meanwhile.")
    if returned.error or not returned.code:
        raise ProviderRefused(ProviderFault.DECLINED, returned.error[:100])
    metadata = discover(provider.issuer)
    # RFC 9207: without this check, an answer of one provider could be played to another (mix-up attack).
    if returned.issuer != metadata.issuer and (returned.issuer or metadata.names_issuer):
        raise ProviderRefused(ProviderFault.STATE, "The answer comes from another provider.")
    token = id_token(metadata, provider, returned.code, attempt.verifier, redirect_uri)
    return verified_claims(token, metadata, provider.client_id, attempt.nonce)
