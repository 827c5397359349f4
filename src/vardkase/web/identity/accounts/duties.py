"""An account's duties at the hub."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services.appointments import waits_for_approval
from vardkase.identity.accounts.services.staff import appoint
from vardkase.web.identity.accounts.user_forms import DutiesForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    user = find_user(request.actor, pk)
    form = DutiesForm(request.POST or None, initial={"staff_roles": user.staff_roles})
    if form.is_valid():
        with errors_shown_in(form):
            appoint(request.actor, user, form.cleaned_data["staff_roles"], form.cleaned_data["reason"])
            if waits_for_approval(user):
                message = gettext(
                    "Proposed. A second person must approve before the account has its new duties."
                )
                messages.info(request, message)
            else:
                messages.success(request, gettext("Saved."))
            return redirect("user", user.pk)
    return render(
        request,
        "accounts/user_duties.html",
        {"form": form, "person": user},
        status=422 if form.errors else 200,
    )
