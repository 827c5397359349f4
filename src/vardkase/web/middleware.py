"""The gates in front of every page: language, sign-in, second factor, and a declared permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import ResolverMatch
from django.utils import translation

from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.web.pages import PUBLIC

type Handler = Callable[[HttpRequest], HttpResponse]

SIGN_IN_VIEWS = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""allauth's own views before and during sign-in."""

OWN_ACCOUNT_VIEWS = frozenset(
    {
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
    }
)
"""allauth's own views for a signed-in person's account; reachable before the second factor is set up."""


class Language:
    """The page's language: the person's choice, else the cookie, else what the browser asks for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SignedIn:
    """Default deny: lets a request through only to a view whose declaration admits the person."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        declared = getattr(view, "declared_permissions", None)
        if declared is PUBLIC or _name(match) in SIGN_IN_VIEWS:
            return None
        if declared is None and _name(match) not in OWN_ACCOUNT_VIEWS:
            return HttpResponseForbidden()
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        return self._admit(request, user)

    def _admit(self, request: HttpRequest, user: User) -> HttpResponse | None:
        """Attach the Actor, after whatever the person must do first."""
        if (step := _pending_step(request, user)) is not None:
            return redirect(step)
        address = getattr(request, "client_address", None)
        request.actor = actor_for(user, Credential.BROWSER, address=address)  # type: ignore[attr-defined]
        return None


def _pending_step(request: HttpRequest, user: User) -> str | None:
    """The view that must come first: a new password, then a second factor."""
    name = _name(request.resolver_match)
    if user.change_pw:
        return None if name in {"account_change_password", "account_reauthenticate"} else "account_change_password"
    if settings.REQUIRE_SECOND_FACTOR and not is_mfa_enabled(user) and name not in OWN_ACCOUNT_VIEWS:
        return "mfa_index"
    return None


def _name(match: ResolverMatch | None) -> str:
    return (match.url_name or "") if match else ""
