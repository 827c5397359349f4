"""Provider metadata (OpenID Connect Discovery 1.0) and requests to the provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.identity.sign_in_policy.providers import ProviderFault, ProviderRefused

SECONDS = 10.0
"""The longest that one answer of a provider may take, while somebody waits for the page."""
LIMIT = 256 * 1024
PATH = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's endpoints. `names_issuer`: responses contain `iss` (RFC 9207). `takes_basic`: the client
    secret goes into a header, else into the form."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    names_issuer: bool
    takes_basic: bool


def discover(issuer: str) -> Metadata:
    found = ask("GET", issuer.rstrip("/") + PATH)
    # Otherwise one provider could present itself as another (OpenID Connect Discovery, section 4.3).
    if found.get("issuer") != issuer:
        raise ProviderRefused(ProviderFault.ANSWER, "The provider names another issuer.")
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_endpoint(found, "authorization_endpoint"),
        token_endpoint=_endpoint(found, "token_endpoint"),
        jwks_uri=_endpoint(found, "jwks_uri"),
        names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        takes_basic=isinstance(methods, list) and "client_secret_basic" in methods,
    )


def ask(
    method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
) -> dict[str, Any]:
    """Request a JSON object from the provider; redirects are not followed. Raises ProviderRefused.

    Organisations enter the address, so only public ones and those on the operator's list are allowed.
    """
    policy = RequestPolicy(
        networks=tuple(settings.VARDKASE_SIGN_IN_NETWORKS),
        inside=False,
        timeout=SECONDS,
        seconds=SECONDS,
        limit=LIMIT,
        redirects=0,
    )
    try:
        reply = fetch(
            "POST" if method == "POST" else "GET",
            url,
            headers={"Accept": "application/json", **(headers or {})},
            body=body,
            policy=policy,
        )
    except OutgoingFailed as error:
        raise ProviderRefused(ProviderFault.UNREACHABLE, error.wire) from error
    if reply.status != 200:
        raise ProviderRefused(ProviderFault.ANSWER, f"The provider answered with status {reply.status}.")
    try:
        found = json.loads(reply.content)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused(ProviderFault.ANSWER, "The provider's answer is no JSON.") from error
    if not isinstance(found, dict):
        raise ProviderRefused(ProviderFault.ANSWER, "The provider's answer is no object.")
    return found


def _endpoint(found: dict[str, Any], name: str) -> str:
    url = found.get(name)
    # Plain HTTP as for security keys: on machines of developers only.
    schemes = ("https", "http") if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN else ("https",)
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in schemes or not parts.hostname or parts.fragment:
        raise ProviderRefused(ProviderFault.ANSWER, f"The provider gives no usable {name}.")
    return parts.geturl()
