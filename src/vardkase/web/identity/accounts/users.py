"""User accounts of an organisation, or of the whole hub."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vardkase.audit.queries import entries_about
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.version_tokens import RowChanged
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import rules, services
from vardkase.identity.accounts.four_eyes.queries import requests_about
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_key, find_user, keys_of, user_lines
from vardkase.identity.accounts.services.passwords import one_time_password
from vardkase.identity.accounts.services.protection import ApprovalNeeded, is_protected
from vardkase.identity.accounts.staff import staff_roles
from vardkase.web.identity.accounts.keys import key_page
from vardkase.web.identity.accounts.user_forms import UserForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in, take_errors
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page
from vardkase.web.ui.permission_labels import DUTIES

SORTS = {"email", "org__name", "role__name", "pk"}
ENTRIES_SHOWN = 15
STATES = {
    "": gettext_lazy("All accounts"),
    "active": gettext_lazy("In use"),
    "off": gettext_lazy("Disabled or expired"),
}


@page(Permission.ADMIN)
def index(request: PageRequest) -> HttpResponse:
    wanted = request.GET.get("state", "")
    state = wanted if wanted in STATES else ""
    rows = user_lines(request.actor, value=searched(request), state=state)
    tabs = [
        {"label": label, "url": first_page(request, state=name or None), "current": name == state}
        for name, label in STATES.items()
    ]
    context = {**listed(request, rows, SORTS, "email"), "q": searched(request), "scope": "", "tabs": tabs}
    return render(request, "accounts/users.html", context)


@page(Permission.ADMIN)
def view(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    context = {
        "person": user,
        "may_change": rules.may_administer(request.actor, user),
        "is_protected": is_protected(user),
        "may_appoint": request.actor.is_site_admin and user.pk != request.actor.user_id,
        "duties": [DUTIES[role] for role in sorted(staff_roles(user.staff_roles))],
        "keys": keys_of(request.actor, user),
        "now": now_seconds(),
        "waiting": requests_about(request.actor, user),
        "entries": entries_about("user", user.pk, limit=ENTRIES_SHOWN),
    }
    return render(request, "accounts/user.html", context)


@page(Permission.ADMIN, writes=True)
@never_cache
def create(request: PageRequest) -> HttpResponse:
    form = UserForm(request.actor, request.POST or None, initial={"org_id": request.actor.organisation_id})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        with errors_shown_in(form):
            password = one_time_password()
            user = services.create_user(request.actor, form.wire() | {"password": password})
            return _one_time_password(request, user, password)
    return render(request, "accounts/user_form.html", context, status=422 if form.errors else 200)


@page(Permission.ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    initial = {name: getattr(user, name, None) for name in UserForm.base_fields}
    form = UserForm(request.actor, request.POST or None, initial=initial)
    by_two = is_protected(user) and user.pk != request.actor.user_id
    version = ShownVersion(request, user)
    context = {"form": form, "person": user, "by_two": by_two, "version": version}
    if request.method != "POST":
        return render(request, "accounts/user_form.html", context)
    try:
        if form.is_valid():
            with version.saving(form):
                services.edit_user(request.actor, user, form.wire())
                messages.success(request, gettext("Saved."))
                return redirect("user", user.pk)
    except (Invalid, RowChanged) as error:
        take_errors(form, error)
    except ApprovalNeeded as error:
        form.add_error(None, str(error))
    return render(request, "accounts/user_form.html", context, status=version.status(form))


@page(Permission.ADMIN, writes=True)
@require_POST
def set_state(request: PageRequest, pk: int, state: str) -> HttpResponse:
    texts = {"off": gettext("The account has been disabled."), "on": gettext("The account has been enabled.")}
    return _change(request, pk, {"disabled": state == "off"}, texts[state])


@page(Permission.ADMIN, writes=True)
@require_POST
def sign_out(request: PageRequest, pk: int) -> HttpResponse:
    return _change(request, pk, {"force_logout": True}, gettext("Signed out everywhere."))


@page(Permission.ADMIN, writes=True, confirmed=True)
@require_POST
@never_cache
def reset_password(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    return _one_time_password(request, user, services.reset_password(request.actor, user))


@page(Permission.ADMIN, writes=True, confirmed=True)
@require_POST
def reset_second_factor(request: PageRequest, pk: int) -> HttpResponse:
    services.reset_second_factor(request.actor, find_user(request.actor, pk))
    messages.success(request, gettext("The second factor has been removed."))
    return redirect("user", pk)


@page(Permission.ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "The account and its API keys will be removed. What it has done and the audit log are kept. This cannot"
            " be undone. You can disable the account instead."
        )
        return confirm_page(
            request,
            gettext("Delete %(name)s") % {"name": user.email},
            [(user.email, reverse("user", args=[pk]))],
            words,
            act=gettext("Delete the account"),
        )
    with errors_shown_as_message(request):
        services.delete_user(request.actor, user)
        messages.success(request, gettext("The account has been deleted."))
        return redirect("users")
    return redirect("user", pk)


@page(Permission.ADMIN, writes=True, confirmed=True)
@never_cache
def create_key(request: PageRequest, pk: int) -> HttpResponse:
    return key_page(request, find_user(request.actor, pk), reverse("user", args=[pk]))


@page(Permission.ADMIN, writes=True)
@require_POST
def revoke_key(request: PageRequest, pk: int, reference: str) -> HttpResponse:
    key = find_key(request.actor, reference)
    services.delete_key(request.actor, key)
    messages.success(request, gettext("The key has been revoked."))
    return redirect("user", pk)


def _change(request: PageRequest, pk: int, data: dict[str, Any], message: str) -> HttpResponse:
    with errors_shown_as_message(request):
        services.edit_user(request.actor, find_user(request.actor, pk), data)
        messages.success(request, message)
    return redirect("user", pk)


def _one_time_password(request: PageRequest, user: User, password: str) -> HttpResponse:
    context = {"person": user, "password": password}
    return render(request, "accounts/user_password.html", context)
