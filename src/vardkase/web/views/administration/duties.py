"""Which duties an account has at the hub."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.identity.access.appointments import (
    agree_to_appointment,
    decline_appointment,
    waiting_appointments,
)
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services.appointments import waiting as all_waiting
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import DECIDE, staff_roles
from vardkase.web.forms.administration import DutiesForm
from vardkase.web.forms.errors import take_errors
from vardkase.web.pages import PageRequest, page
from vardkase.web.staff_words import DUTIES


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Choose the duties of an account."""
    user = find_user(request.actor, pk)
    form = DutiesForm(request.POST or None, initial={"staff_roles": user.staff_roles})
    if request.method != "POST":
        return render(request, "administration/user_duties.html", {"form": form, "person": user})
    try:
        if form.is_valid():
            appoint(request.actor, user, form.cleaned_data["staff_roles"])
            _tell(request, user)
            return redirect("user", user.pk)
    except Invalid as error:
        take_errors(form, error)
    return render(request, "administration/user_duties.html", {"form": form, "person": user}, status=422)


@page(staff=tuple(sorted(DECIDE)))
def waiting(request: PageRequest) -> HttpResponse:
    """Who is to become an officer, and waits for another one to agree."""
    rows = [
        {
            "appointment": each,
            "duties": [DUTIES[role] for role in sorted(staff_roles(each.staff_roles))],
            "is_mine": request.actor.user_id in (each.user_id, each.proposed_by),
        }
        for each in waiting_appointments(request.actor)
    ]
    return render(request, "administration/appointments.html", {"rows": rows})


@require_POST
@page(staff=tuple(sorted(DECIDE)), writes=True)
def answer(request: PageRequest, pk: int) -> HttpResponse:
    """Agree, or leave the account as it is."""
    try:
        if request.POST.get("answer") == "agree":
            agree_to_appointment(request.actor, pk)
            messages.success(request, gettext("The account has its new duties."))
        else:
            decline_appointment(request.actor, pk)
            messages.success(request, gettext("The account is left as it is."))
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    return redirect("appointments")


def _tell(request: PageRequest, user: User) -> None:
    if all_waiting().filter(user=user).exists():
        told = gettext("Proposed. Another officer has to agree before the account has its new duties.")
        messages.info(request, told)
    else:
        messages.success(request, gettext("Saved."))
