"""Who handles an authority's requests for public records, and what its letters state."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.public_records.officers import queries, services
from vardkase.hub.public_records.officers.rules import authority_of, require_officer
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.public_records.officers.forms import OfficeForm, OfficerForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADMIN, allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    rows = queries.officers(request.actor)
    form = OfficerForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.name_officer(request.actor, form.cleaned_data["email"])
            messages.success(request, gettext("The person has been named."))
            return redirect("records_officers")
    context = {
        **listed(request, rows, {"pk", "at"}, "pk"),
        "form": form,
        "is_officer": bool(authority_of(request.actor)),
    }
    return render(request, "officers/index.html", context, status=422 if form.errors else 200)


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def remove(request: PageRequest, pk: int) -> HttpResponse:
    services.remove_officer(request.actor, pk)
    messages.success(request, gettext("The person no longer handles public-records requests."))
    return redirect("records_officers")


@page(allowed_while_suspended=True)
def office(request: PageRequest) -> HttpResponse:
    stored = queries.office_of(require_officer(request.actor))
    version = ShownVersion(request, stored)
    initial = {name: getattr(stored, name) for name in (*services.TEXTS, *services.AMOUNTS)}
    form = OfficeForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.change_office(request.actor, form.cleaned_data)
            messages.success(request, gettext("The details have been saved."))
            return redirect("records_cases")
    return edit_page(
        request,
        form,
        gettext("Our office"),
        [(gettext("Public records requests"), reverse("records_cases"))],
        intro=gettext("Answers, decisions and appeal instructions state these details."),
        version=version,
    )
