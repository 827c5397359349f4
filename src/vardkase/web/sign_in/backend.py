"""Authentication backend: resolves e-mail address and password, and sessions, to an account."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.http import HttpRequest

from vardkase.identity.accounts.models import User
from vardkase.web.sign_in.refusals import wait_for_next_step


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    """Accounts by e-mail, case-insensitively; only the account's own address counts."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        begun = time.monotonic()
        user: User | None = super().authenticate(request, **credentials)
        if user is None and credentials.get("password"):
            wait_for_next_step(begun)
        return user

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        # Also without a user: allauth then hashes all the same, so that timing does not reveal who has an account.
        user: User | None = self._check_password(User.objects.filter(email__iexact=email).first(), password)
        return user

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, read for each request; None as soon as the account is disabled."""
        user = User.objects.select_related("org", "role").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
