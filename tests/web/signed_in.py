"""A client signed in as one of the seeded users."""

from __future__ import annotations

from django.test import Client

from tests.factories.seed import ApiUser
from tests.web import accounts


def signed_in(api_user: ApiUser) -> Client:
    """Just signed in, with a password only: second factors have their own tests."""
    return accounts.signed_in(api_user.user)
