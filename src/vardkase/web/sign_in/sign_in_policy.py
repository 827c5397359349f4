"""Enforces an organisation's sign-in policy on web pages: at sign-in, and at each request."""

from __future__ import annotations

from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.sign_in_policy.enforcement import SignInCaller, note, sign_in_refusal
from vardkase.identity.sign_in_policy.providers import ProviderRequired, required_of
from vardkase.identity.sign_in_policy.rules import SignInAttempt
from vardkase.web.sign_in.sign_in_methods import means_of


def refusal_page(request: HttpRequest, user: User) -> HttpResponse | None:
    """The page that says why `user` is refused, and what to do; None if they may sign in."""
    address = getattr(request, "client_address", None)
    attempt = SignInAttempt(user.email, address, getattr(request, "client_certificate", None), timezone.now())
    refusal = sign_in_refusal(user.org, attempt, _caller(request, user))
    if refusal is None:
        return None
    return render(request, "account/refused.html", {"refusal": refusal}, status=403)


def other_means_refused(request: HttpRequest, user: User) -> HttpResponse | None:
    required, means = required_of(user), means_of(request, user)
    if required is None or (means is not None and means.organisation_id == required.pk):
        return None
    clear_login(request)
    note(_caller(request, user), "provider_required", IdentityAction.USER_ENTRANCE_REFUSED)
    return render(request, "account/refused.html", {"refusal": ProviderRequired(required.label)}, status=403)


def note_account_off(request: HttpRequest, user: User) -> None:
    note(_caller(request, user), user.disabled_because or "account_off", IdentityAction.USER_ENTRANCE_REFUSED)


def _caller(request: HttpRequest, user: User) -> SignInCaller:
    address = getattr(request, "client_address", None)
    return SignInCaller(user.pk, user.email, user.org_id, address, Credential.BROWSER.value)
