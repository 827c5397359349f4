"""A pending sign-in attempt, stored in the browser's session and valid for one response."""

from __future__ import annotations

import time
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from vardkase.exchange.openid import SignInFlow
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.providers import ProviderFault, ProviderRefused

KEY = "provider_attempt"
HOLDS = 600
"""Seconds that somebody may take at the provider."""


def keep(request: HttpRequest, provider: IdentityProvider, attempt: SignInFlow, following: str) -> None:
    request.session[KEY] = {
        "organisation": provider.pk,
        "attempt": asdict(attempt),
        "following": following,
        "begun": time.time(),
    }


def take(request: HttpRequest, provider: IdentityProvider) -> tuple[SignInFlow, str]:
    """The flow and the page that was asked for; removed from the session. Raises ProviderRefused."""
    # Removed before it is checked: an attempt is answered once, well or badly.
    kept = request.session.pop(KEY, None)
    if kept is None or kept["organisation"] != provider.pk or kept["begun"] < time.time() - HOLDS:
        raise ProviderRefused(ProviderFault.STATE)
    return SignInFlow(**kept["attempt"]), kept["following"]


def way_back(request: HttpRequest, provider_id: int) -> str:
    path = reverse("provider_sign_in_back", args=[provider_id])
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else request.build_absolute_uri(path)
