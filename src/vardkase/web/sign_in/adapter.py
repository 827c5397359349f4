"""allauth adapter: no self-registration, and no sign-in for disabled accounts."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.secrets import SecretStore
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import change_password
from vardkase.identity.accounts.services.passwords import LONGEST
from vardkase.web.sign_in import audit
from vardkase.web.sign_in.sessions import end_sessions
from vardkase.web.sign_in.sign_in_policy import note_account_off, other_means_refused, refusal_page
from vardkase.web.sign_in.step_up import may_change_password

SECOND_FACTORS = SecretStore("second factor")
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - not bound to: what stands for a client without an IP address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        # The longest of the limits in settings.ACCOUNT_RATE_LIMITS; the others are over sooner.
        "too_many_login_attempts": _("Too many failed sign-ins. Wait 5 minutes and try again."),
        "too_many_confirmations": _("Too many wrong passwords. Wait 5 minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(getattr(request, "client_address", None) or NO_ADDRESS)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts by account only. allauth adds the Host header, which an attacker can choose freely."""
        return str(credentials.get("email", "")).lower()

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether this is the password of the signed-in user. What others behind the same address get wrong when
        they sign in does not count."""
        used = ratelimit.consume(
            context.request, app="allauth.account", action="password_confirmation_failed", user=user
        )
        if not used:
            raise self.validation_error("too_many_confirmations")
        found = authenticate(context.request, email=user.email, password=password)
        if found is None or found.pk != user.pk:
            self.authentication_failed(context.request, email=user.email)
            return False
        used.rollback()
        return True

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        audit.sign_in_refused(request, str(credentials.get("email", "")))

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse users by their organisation's sign-in policy, for every method, before any second factor."""
        refused = refusal_page(request, user) or other_means_refused(request, user)
        return refused or super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        note_account_off(request, user)
        why = f"?why={user.disabled_because}" if user.disabled_because else ""
        return redirect(reverse("account_inactive") + why)

    def login(self, request: HttpRequest, user: User) -> None:
        """Start a session, ending all others if that is due."""
        # The second factor may come from elsewhere than the password, and later.
        if refused := refusal_page(request, user) or other_means_refused(request, user):
            raise ImmediateHttpResponse(refused)
        super().login(request, user)
        if user.force_logout:
            end_sessions(user, keep=request.session.session_key)
            User.objects.filter(pk=user.pk).update(force_logout=False)
        audit.signed_in(request, user)

    def get_login_stages(self) -> list[str]:
        ours = {
            "allauth.mfa.stages.AuthenticateStage": "vardkase.web.sign_in.sign_in_methods.SecondFactorStage"
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def clean_password(self, password: str, user: User | None = None) -> str:
        if len(password) > LONGEST:
            raise ValidationError(gettext("At most 4096 characters are allowed."))
        if user is not None and user.check_password(password):
            raise ValidationError(gettext("Choose a password that differs from the current one."))
        return str(super().clean_password(password, user))

    def set_password(self, user: User, password: str) -> None:
        """Change the user's own password, also if the organisation is read-only."""
        address = getattr(context.request, "client_address", None)
        confirmed = timezone.now() if may_change_password(context.request, user) else None
        actor = actor_for(user, Credential.BROWSER, address=address, confirmed_at=confirmed)
        # Changing one's own password is no sharing: a member that may only read can do it.
        changed = change_password(replace(actor, may_write=True, at_own_account=True), password)
        user.password, user.change_pw = changed.password, changed.change_pw

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """False for users who signed in minutes ago."""
        request = context.request
        oldest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        if any(one["at"] > oldest for one in get_authentication_records(request, request.user)):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The methods to confirm identity: the second factor if there is one, since a password is weaker."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return SECOND_FACTORS.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return SECOND_FACTORS.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an inline element: the CSP forbids data: images."""
        svg: str = super().build_totp_svg(url)
        return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 - made by the library from modules, no text

    def _get_site_name(self) -> str:
        return "Vårdkase"
