"""The account page: profile, sign-in methods, API keys, active sessions."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.readable_audit_log import own_sign_ins
from vardkase.identity.accounts import preferences
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import own_keys
from vardkase.identity.accounts.services import addresses
from vardkase.web.identity.accounts.forms import LooksForm, OwnAccountForm
from vardkase.web.identity.accounts.preferences import remember_looks
from vardkase.web.sign_in import audit
from vardkase.web.sign_in.session_store import stored_key
from vardkase.web.sign_in.sessions import end_session, end_sessions, sessions_of
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page

SIGN_INS_SHOWN = 10


@page()
def account(request: PageRequest) -> HttpResponse:
    user = cast(User, request.user)
    initial = {name: getattr(user, name) for name in OwnAccountForm.base_fields}
    return _answer(request, OwnAccountForm(initial=initial))


@page(writes=True, confirmed=True)
@require_POST
def edit(request: PageRequest) -> HttpResponse:
    form = OwnAccountForm(request.POST)
    if not form.is_valid():
        return _answer(request, form, status=422)
    try:
        wanted = addresses.request_address(request.actor, form.cleaned_data["email"])
    except Invalid as error:
        take_errors(form, error)
        return _answer(request, form, status=422)
    if wanted != cast(User, request.user).email:
        message = gettext("A link has been sent to %(email)s. Open it and confirm to change your address.")
        messages.success(request, message % {"email": wanted})
    return redirect("account")


@page()
@require_POST
def set_looks(request: PageRequest) -> HttpResponse:
    form = LooksForm(request.POST)
    if not form.is_valid():
        return redirect("account")
    user, chosen = cast(User, request.user), form.cleaned_data
    preferences.set_language(user, chosen["language"])
    preferences.set_theme(user, chosen["theme"])
    return remember_looks(redirect("account"), chosen["language"], chosen["theme"])


@page()
@require_POST
def end_other_sessions(request: PageRequest) -> HttpResponse:
    user = cast(User, request.user)
    ended = end_sessions(user, keep=request.session.session_key)
    audit.signed_out_everywhere(request, user, ended)
    messages.success(request, gettext("You have been signed out of all other sessions."))
    return redirect("account")


@page()
@require_POST
def end_one_session(request: PageRequest, number: int) -> HttpResponse:
    user = cast(User, request.user)
    end_session(user, number)
    audit.session_ended(request, user)
    messages.success(request, gettext("The session has been ended."))
    return redirect("account")


def _answer(request: PageRequest, form: OwnAccountForm, status: int = 200) -> HttpResponse:
    user = cast(User, request.user)
    looks = {"language": getattr(request, "LANGUAGE_CODE", ""), "theme": user.theme}
    context: dict[str, Any] = {
        "form": form,
        "looks": LooksForm(initial=looks),
        "person": user,
        "requested_address": addresses.requested_address(user),
        "keys": own_keys(request.actor),
        "now": now_seconds(),
        "factors": Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES),
        "sessions": sessions_of(user),
        "this_session": stored_key(request.session.session_key or ""),
        "sign_ins": own_sign_ins(request.actor, limit=SIGN_INS_SHOWN),
    }
    return render(request, "account/index.html", context, status=status)
