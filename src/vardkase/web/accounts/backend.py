"""Who is behind an e-mail address and a password, and behind a session."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from vardkase.identity.accounts.models import User


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    """Accounts by e-mail without regard to case; only the account's own address counts."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        found: User | None = self._check_password(User.objects.filter(email__iexact=email).first(), password)
        return found

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, read anew for each request; None at once for an account that is off."""
        user = User.objects.select_related("org", "role").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
