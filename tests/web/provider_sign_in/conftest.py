"""An organisation with an OpenID provider on localhost, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.provider_sign_in import registered
from tests.factories.seed import Seed
from tests.support.openid_provider import Provider, openid_provider
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


@pytest.fixture(autouse=True)
def quick_and_local(db: None, seed: Seed, settings: Any) -> None:
    """Fast password hashing; providers may run on localhost without encryption."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.VARDKASE_SIGN_IN_NETWORKS = ("127.0.0.0/8",)
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    cache.clear()
    for organisation in (seed.org_a, seed.org_b):
        Organisation.objects.filter(pk=organisation.pk).update(
            verified_domains=[seed.analyst.user.email.rpartition("@")[2]]
            if organisation == seed.org_a
            else [seed.partner.user.email.rpartition("@")[2]]
        )
    User.objects.update(language="en")


@pytest.fixture
def provider(seed: Seed) -> Iterator[Provider]:
    """The provider of organisation A."""
    with openid_provider() as running:
        registered(seed.org_a, running)
        yield running


@pytest.fixture
def browser() -> Client:
    return Client(headers={"Accept-Language": "en"})
