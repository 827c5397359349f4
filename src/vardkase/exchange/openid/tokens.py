"""Exchange of a code for an ID token, and validation of the token (OpenID Connect Core 1.0, section 3.1.3)."""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt

from vardkase.exchange.openid.discovery import Metadata, ask
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.providers import ProviderFault, ProviderRefused

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures with a key pair. Not `none`, and not HS*: with a public key as its secret, anybody could sign."""

NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")
MALFORMED = (jwt.PyJWTError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the library raises for tokens and keys that are not right, or not even of the right shape."""

LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""


def id_token(
    metadata: Metadata, provider: IdentityProvider, code: str, verifier: str, redirect_uri: str
) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": provider.client_id,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if metadata.takes_basic:
        # Form-encoded before Base64 (RFC 6749, section 2.3.1).
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form["client_secret"] = provider.client_secret
    answer = ask("POST", metadata.token_endpoint, headers=headers, body=urlencode(form).encode())
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise ProviderRefused(ProviderFault.ANSWER, "The provider gave no ID token.")
    return token


def verified_claims(token: str, metadata: Metadata, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token after verifying signature, issuer, audience, time and nonce. Raises
    ProviderRefused."""
    keys = ask("GET", metadata.jwks_uri)
    try:
        key = _signing_key(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=client_id,
            issuer=metadata.issuer,
            leeway=LEEWAY,
            options={"require": list(NEEDED), "enforce_minimum_key_length": True},
        )
    except MALFORMED as error:
        raise ProviderRefused(ProviderFault.TOKEN, str(error)) from error
    # With several audiences `azp` names the client that the token was issued to.
    if claims.get("azp", client_id) != client_id or (
        isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims
    ):
        raise ProviderRefused(ProviderFault.TOKEN, "The token was made for another client.")
    # The nonce is of this sign-in: a token that was stolen in another is of no use here.
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ProviderRefused(ProviderFault.TOKEN, "The token belongs to another sign-in.")
    return claims


def _signing_key(token: str, keys: dict[str, Any]) -> jwt.PyJWK:
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError("The token is signed by an algorithm that is not accepted.")
    fitting = [
        key
        for key in jwt.PyJWKSet.from_dict(keys).keys
        if key.public_key_use in (None, "sig")
        and key.algorithm_name in ALGORITHMS
        and header.get("kid") in (None, key.key_id)
    ]
    if len(fitting) != 1:
        raise jwt.InvalidKeyError("The provider has not one key that the token names.")
    return fitting[0]
