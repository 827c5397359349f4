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

from django.utils.translation import gettext

from vardkase.core.errors import Invalid
from vardkase.exchange.openid.discovery import discover
from vardkase.exchange.openid.tokens import id_token, verified_claims
from vardkase.identity.access.actor import Actor
from vardkase.identity.entrance import services
from vardkase.identity.entrance.models import IdentityProvider
from vardkase.identity.entrance.providers import Fault, ProviderRefused
from vardkase.identity.organisations.models import Organisation

SCOPES = "openid email"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in in progress: what only this browser's session knows, and the expected issuer."""

    issuer: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The parameters that the provider returns through the browser."""

    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Returned:
        return cls(
            query.get("state", ""), query.get("code", ""), query.get("error", ""), query.get("iss", "")
        )


def register(actor: Actor, organisation: Organisation, asked: services.Registration) -> IdentityProvider:
    """Register a provider, after checking that it responds as one. Raises Invalid by field, Forbidden."""
    services.check_provider(actor, organisation, asked)
    try:
        discover(asked.issuer)
    except ProviderRefused as refused:
        words = gettext("No OpenID Connect provider answers there: %(why)s") % {"why": str(refused)}
        raise Invalid({"issuer": [words]}) from refused
    return services.save_provider(actor, organisation, asked)


def begin(provider: IdentityProvider, redirect_uri: str, email: str) -> tuple[Attempt, str]:
    """A new attempt, and the provider's URL to redirect the browser to. Raises ProviderRefused."""
    metadata = discover(provider.issuer)
    attempt = Attempt(provider.issuer, *(secrets.token_urlsafe(32) for _ in range(3)))
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": _challenge(attempt.verifier),
        "code_challenge_method": "S256",
        "login_hint": email,
    }
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return attempt, f"{metadata.authorization_endpoint}{joint}{urlencode(query)}"


def finish(
    provider: IdentityProvider, attempt: Attempt, returned: Returned, redirect_uri: str
) -> dict[str, Any]:
    """The verified claims about the returning user. Raises ProviderRefused."""
    if not hmac.compare_digest(returned.state.encode(), attempt.state.encode()):
        raise ProviderRefused(Fault.STATE)
    if attempt.issuer != provider.issuer:
        raise ProviderRefused(Fault.STATE, "The provider was changed meanwhile.")
    if returned.error or not returned.code:
        raise ProviderRefused(Fault.DECLINED, returned.error[:100])
    metadata = discover(provider.issuer)
    if returned.issuer != metadata.issuer and (returned.issuer or metadata.names_issuer):
        raise ProviderRefused(Fault.STATE, "The answer comes from another provider.")
    token = id_token(metadata, provider, returned.code, attempt.verifier, redirect_uri)
    return verified_claims(token, metadata, provider.client_id, attempt.nonce)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
