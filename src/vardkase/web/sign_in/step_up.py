"""Step-up authentication: when a session's user last confirmed their second factor, and asking for it again."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from vardkase.identity.access.actor import STEP_UP_HOLDS
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.rules import has_given_password
from vardkase.web.sign_in.sign_in_methods import METHOD

REAUTHENTICATION_VIEWS = frozenset(
    {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
)


def confirmed_at(request: HttpRequest, user: User) -> datetime | None:
    """When `user` last confirmed a second factor (passkey, app, recovery code, or their provider's) in this
    session.

    If the hub requires no second factor, the password counts if no second factor was confirmed.
    """
    records = get_authentication_records(request, user)
    shown = [one["at"] for one in records if one["method"] == "mfa" or one.get("second_factor")]
    if not shown and not settings.REQUIRE_SECOND_FACTOR:
        shown = [one["at"] for one in records if one["method"] in ("password", METHOD)]
    return datetime.fromtimestamp(max(shown), UTC) if shown else None


def may_change_password(request: HttpRequest, user: User) -> bool:
    """True if `user` may choose a new password now; the form asks for the current one.

    A second factor is required too, except with a one-time password or a role that needs none.
    """
    if has_given_password(user) or (user.role.perm_skip_otp and not is_mfa_enabled(user)):
        return True
    confirmed = confirmed_at(request, user)
    return confirmed is not None and timezone.now() - confirmed < STEP_UP_HOLDS


def second_factor_was_added(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, method="mfa", type=authenticator.type, id=authenticator.pk, reauthenticated=True
        )


def ask_to_confirm(request: HttpRequest, user: User, *, resume: bool) -> HttpResponse:
    """Redirect to the second-factor page, which returns to this request.

    With `resume` a POST is repeated with its fields, which are kept in the session until then: do not use it
    for passwords. Otherwise the URL is opened again.
    """
    methods = get_adapter().get_reauthentication_methods(user)
    usable = [
        method for method in methods if method["id"] != "reauthenticate" or not settings.REQUIRE_SECOND_FACTOR
    ]
    if usable:
        if resume:
            return suspend_request(request, usable[0]["url"])  # type: ignore[no-any-return]
        return redirect(f"{usable[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
    if came_through_provider(request, user):
        why = gettext(
            "Sign out, sign in again through your organisation’s provider, and then do this within a "
            "few minutes."
        )
        return render(request, "refused.html", {"why": why}, status=403)
    messages.info(request, gettext("Set up a second factor first. This action requires one."))
    return redirect(reverse("mfa_index"))


def came_through_provider(request: HttpRequest, user: User) -> bool:
    return any(one["method"] == METHOD for one in get_authentication_records(request, user))
