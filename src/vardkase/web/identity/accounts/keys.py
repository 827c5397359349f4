"""The user's own API keys: create, show once, revoke."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import services
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_own_key
from vardkase.web.identity.accounts.forms import KeyForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.AUTH, writes=True, confirmed=True)
@never_cache
def create(request: PageRequest) -> HttpResponse:
    return key_page(request, cast(User, request.user), reverse("account"))


@page(Permission.AUTH, writes=True)
@require_POST
def revoke(request: PageRequest, reference: str) -> HttpResponse:
    services.delete_key(request.actor, find_own_key(request.actor, reference))
    messages.success(request, gettext("The key has been revoked."))
    return redirect("account")


def key_page(request: PageRequest, owner: User, back: str) -> HttpResponse:
    form = KeyForm(request.POST or None, owner)
    context = {"form": form, "owner": owner, "back": back, "is_own": owner.pk == request.actor.user_id}
    if form.is_valid():
        with errors_shown_in(form):
            key, raw = services.issue_key(request.actor, owner, form.wire())
            return render(request, "account/key_made.html", context | {"key": key, "raw": raw})
    return render(request, "account/key_form.html", context, status=422 if form.errors else 200)
