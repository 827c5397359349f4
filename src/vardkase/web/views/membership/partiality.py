"""The page where somebody of the hub answers for a conflict of interest in a membership."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.hub.membership.assessments.services import members
from vardkase.hub.membership.members import queries
from vardkase.web.forms.assessment import PartialityForm
from vardkase.web.pages import PageRequest, page


@page(staff=members.ANSWER, writes=True, own_affairs=True)
def declare(request: PageRequest, pk: int) -> HttpResponse:
    """Declare that one is partial, or that one is not although the member names one as a contact."""
    membership = queries.find_membership(request.actor, pk)
    form = PartialityForm(request.POST or None)
    if form.is_bound and form.is_valid():
        is_partial = form.cleaned_data["partial"] == "1"
        members.declare_partial(request.actor, pk, form.cleaned_data["reason"], partial=is_partial)
        told = (
            gettext("You take no further part in what concerns this member.")
            if is_partial
            else gettext("Your answer is kept.")
        )
        messages.success(request, told)
        return redirect("member", pk)
    context = {"organisation": membership.organisation, "form": form}
    return render(request, "membership/partiality.html", context)
