"""The user's own membership: status, open items, and member details."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.hub.membership.members import queries, services
from vardkase.hub.membership.onboarding.items import BY_API
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.membership.members.connecting import connecting
from vardkase.web.hub.membership.members.forms import DetailsForm
from vardkase.web.hub.membership.members.presenters import shown
from vardkase.web.hub.membership.statements.views import panel
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def view(request: PageRequest) -> HttpResponse:
    try:
        membership = queries.own_membership(request.actor)
    except NotFound:
        return render(request, "members/none.html")

    def place_of(item: str) -> str:
        named = [membership.organisation_id] if item in NAMED else []
        if item in ON_THE_PAGE:
            return "#connecting"
        return reverse(PLACES[item], args=named) if item in PLACES else ""

    context = (
        shown(request.actor, membership, place_of)
        | panel(request.actor, membership)
        | {"own": True, "contacts_url": reverse("own_contacts")}
    )
    if membership.connection in BY_API:
        context["connecting"] = connecting(membership)
    return render(request, "members/own.html", context)


PLACES = {
    "administrator": "account",
    "domain": "own_security",
    "requirements": "security_requirements",
    "networks": "own_security",
    "certificate": "own_security",
    "policy": "sharing_policy",
    "terms": "terms",
    "statement": "membership_statement",
    "trained": "trainings",
}
"""Where a member does the items of the checklist that it has a part in."""

ON_THE_PAGE = {"sync_user", "call"}
"""Items of which the page itself says more."""

NAMED = {"requirements"}
"""Items whose page takes the organisation as a parameter."""


@page(Permission.ADMIN, allowed_while_suspended=True)
def change(request: PageRequest) -> HttpResponse:
    membership = queries.own_membership(request.actor)
    details = membership.details | {"name": membership.organisation.name}
    form = DetailsForm(details, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.propose_change(request.actor, form.wire(membership.details), form.cleaned_data["note"])
            messages.success(
                request, gettext("The hub owner will review your change. It is shown here until then.")
            )
            return redirect("membership")
    return render(request, "members/change.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def withdraw(request: PageRequest) -> HttpResponse:
    with errors_shown_as_message(request):
        services.withdraw_change(request.actor)
    return redirect("membership")
