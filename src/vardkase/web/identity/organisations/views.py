"""Organisations: local members, and those known through sharing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.queries import visible_users
from vardkase.identity.organisations import queries, services
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.organisation_counts import events_created_by, require_content_access
from vardkase.web.identity.organisations.forms import OrganisationForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"name", "nationality", "sector", "pk"}
SCOPES = {"local": gettext_lazy("Members here"), "external": gettext_lazy("Known through sharing")}
MEMBERS_SHOWN = 50


@page()
def index(request: PageRequest) -> HttpResponse:
    queries.require_index(request.actor)
    wanted = request.GET.get("scope", "")
    scope = wanted if wanted in SCOPES else "local"
    rows = queries.organisations(scope, searched(request))
    tabs = [
        {"label": label, "url": first_page(request, scope=name), "current": name == scope}
        for name, label in SCOPES.items()
    ]
    context = {**listed(request, rows, SORTS, "name"), "q": searched(request), "scope": scope, "tabs": tabs}
    return render(request, "organisations/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    organisation = queries.find_organisation(pk)
    require_content_access(request.actor, organisation)
    people = visible_users(request.actor).filter(org=organisation)
    context = {
        "organisation": organisation,
        "people": people[:MEMBERS_SHOWN] if request.actor.may(Permission.ADMIN) else None,
        "events": events_created_by(request.actor, organisation.pk),
    }
    return render(request, "organisations/organisation.html", context)


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, queries.find_organisation(pk))


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    organisation = queries.find_organisation(pk)
    if request.method != "POST":
        words = gettext(
            "Only an organisation without accounts, events and sharing groups of its own can be deleted. This "
            "cannot be undone."
        )
        return confirm_page(
            request,
            gettext("Delete %(name)s") % {"name": organisation.name},
            [
                (gettext("Organisations"), reverse("organisations")),
                (organisation.name, reverse("organisation", args=[pk])),
            ],
            words,
            act=gettext("Delete the organisation"),
        )
    with errors_shown_as_message(request):
        services.delete_organisation(request.actor, organisation)
        messages.success(request, gettext("The organisation has been deleted."))
        return redirect("organisations")
    return redirect("organisation", pk)


def _write(request: PageRequest, organisation: Organisation | None) -> HttpResponse:
    stored: dict[str, Any] = {}
    if organisation:
        stored = {name: getattr(organisation, name) for name in OrganisationForm.base_fields}
        stored["restricted_to_domain"] = "\n".join(organisation.restricted_to_domain or [])
    form = OrganisationForm(request.POST or None, initial=stored)
    version = ShownVersion(request, organisation)
    context = {"form": form, "version": version, "organisation": organisation}
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            saved = (
                services.edit_organisation(request.actor, organisation, form.wire())
                if organisation
                else services.create_organisation(request.actor, form.wire())
            )
            messages.success(request, gettext("Saved."))
            return redirect("organisation", saved.pk)
    return render(request, "organisations/organisation_form.html", context, status=version.status(form))
