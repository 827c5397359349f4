"""How a user signed in, read from the records allauth keeps in the session."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest

from vardkase.identity.accounts.models import User
from vardkase.identity.sign_in_policy.models import IdentityProvider

METHOD = "openid_connect"


@dataclass(frozen=True, slots=True)
class SignInMethods:
    """A sign-in through an organisation's provider; `second_factor`: the provider asserted one, and it is
    accepted."""

    organisation_id: int
    issuer: str
    second_factor: bool


def came_through(
    request: HttpRequest, user: User, provider: IdentityProvider, *, second_factor: bool
) -> None:
    facts = {"organisation": provider.pk, "issuer": provider.issuer, "second_factor": second_factor}
    record_authentication(request, user, method=METHOD, **facts)


def means_of(request: HttpRequest, user: User) -> SignInMethods | None:
    """The provider that `user` signed in through; None after a password or passkey.

    The last identification counts; second factors and re-authentication do not change it.
    """
    record = _identification(request, user)
    if record is None or record["method"] != METHOD:
        return None
    return SignInMethods(record["organisation"], record["issuer"], record["second_factor"])


def is_too_old(request: HttpRequest, user: User) -> bool:
    """Whether the sign-in is older than a session may be, however often it was confirmed since."""
    record = _identification(request, user)
    return record is not None and record["at"] < time.time() - settings.SESSION_COOKIE_AGE


def _identification(request: HttpRequest, user: User) -> dict[str, Any] | None:
    for record in reversed(get_authentication_records(request, user)):
        if record["method"] == METHOD:
            return dict(record)
        if not record.get("reauthenticated") and (record["method"] != "mfa" or record.get("passwordless")):
            return dict(record)
    return None


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """allauth's second-factor stage, skipped if the organisation's provider has done it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        means = means_of(request, self.login.user) if self.login.user else None
        return not (means and means.second_factor) and bool(super()._should_handle(request))
