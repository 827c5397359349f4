"""Helpers for tests of signing in through a provider."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.support.openid_provider import CLIENT, SECRET, Provider
from vardkase.audit.models import AuditEntry
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import PROVIDER_SECRETS, IdentityProvider

START = "/account/organisation/"


def registered(organisation: Organisation, provider: Provider, **fields: Any) -> IdentityProvider:
    secret = PROVIDER_SECRETS.encrypt(SECRET)
    given = {"issuer": provider.url, "client_id": CLIENT, "secret": secret, "label": "Works login"} | fields
    return IdentityProvider.objects.create(org=organisation, **given)


def way_there(browser: Client, email: str, **data: str) -> str:
    """The link that the page shows for an address."""
    page = browser.post(START, {"email": email, **data})
    assert page.status_code == 200, page.content.decode()
    found = re.search(r'href="([^"]*/authorize\?[^"]*)"', page.content.decode())
    assert found
    return unescape(found[1])


def come_in(browser: Client, provider: Provider, email: str, typed: str = "", **changed: Any) -> HttpResponse:
    """The whole sign-in of a user whom the provider knows by `email`."""
    link = way_there(browser, typed or email)
    return browser.get(provider.sign_in(link, email, **changed))  # type: ignore[return-value]


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def last_refusal() -> dict[str, Any]:
    entry = AuditEntry.objects.filter(action="user.provider_refused").latest("pk")
    return dict(entry.change)
