"""The sign-in provider of an organisation: register, edit, remove."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.openid import register
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.queries import find_decided
from vardkase.web.exchange.openid.attempts import way_back
from vardkase.web.exchange.openid.forms import ProviderForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page()
def edit(request: PageRequest, pk: int) -> HttpResponse:
    # What was typed holds a secret: it is not to wait in the session until somebody has said again who they are.
    if request.method == "POST" and is_reauthentication_required(request, app=""):
        return redirect("security_provider", pk)
    return cast(HttpResponse, _edit(request, pk))


@reauthentication_required  # type: ignore[untyped-decorator]
def _edit(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_decided(request.actor, pk)
    row = services.provider_of(organisation)
    initial = {name: getattr(row, name) for name in services.SHOWN_OF_PROVIDER} if row else {}
    form = ProviderForm(request.POST or None, initial=initial)
    context = {
        "form": form,
        "organisation": organisation,
        "provider": row,
        "way_back": way_back(request, pk),
    }
    if form.is_valid():
        with errors_shown_in(form):
            register(request.actor, organisation, services.Registration(**form.cleaned_data))
            messages.success(request, gettext("The provider has been saved."))
            return redirect("security", pk)
    return render(request, "openid/registration.html", context, status=422 if form.errors else 200)


@require_POST
@page()
@reauthentication_required  # type: ignore[untyped-decorator]
def remove(request: PageRequest, pk: int) -> HttpResponse:
    services.remove_provider(request.actor, find_decided(request.actor, pk))
    messages.success(request, gettext("The provider has been removed."))
    return redirect("security", pk)
