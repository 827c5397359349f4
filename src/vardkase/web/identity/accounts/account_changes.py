"""Proposing a change to an officer's account, which another officer approves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.mail.services import can_send
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services.account_approvals import propose_account_change
from vardkase.web.identity.accounts.user_forms import AccountChangeForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADMIN, writes=True)
def propose(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    form = AccountChangeForm(request.POST or None)
    context = {"form": form, "person": user, "sends_mail": can_send()}
    if form.is_valid():
        with errors_shown_in(form):
            data = form.cleaned_data
            propose_account_change(request.actor, user, data["change"], form.value, data["reason"])
            messages.success(request, gettext("Proposed. Another officer must approve it."))
            return redirect("user", pk)
    return render(request, "accounts/user_change.html", context, status=422 if form.errors else 200)
