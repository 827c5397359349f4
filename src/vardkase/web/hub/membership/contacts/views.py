"""Contacts of an organisation: read by its users and hub staff, edited by administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.errors import NotFound
from vardkase.hub.membership.contacts import services
from vardkase.hub.membership.contacts.extra import every_version, newest
from vardkase.hub.membership.contacts.problems import ContactProblem
from vardkase.web.hub.membership.contacts.forms import ContactForm, ExtraForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def own(request: PageRequest) -> HttpResponse:
    return redirect("contacts", request.actor.organisation_id)


@page(allowed_while_suspended=True)
def index(request: PageRequest, organisation: int) -> HttpResponse:
    owner = services.find_organisation(request.actor, organisation)
    extra_fields = services.extra_fields(owner)
    extra = [
        {
            "schema": schema,
            "row": extra_fields.get(name),
            "shown": _shown(extra_fields.get(name)),
            "is_older": name in extra_fields and extra_fields[name].version < schema.version,
        }
        for name, schema in newest().items()
    ]
    context = {
        "organisation": owner,
        "rows": services.contacts(owner),
        "extra": extra,
        "may_edit": services.may_edit(request.actor, owner.pk),
    }
    return render(request, "contacts/index.html", context)


@page(writes=True, allowed_while_suspended=True)
def write(request: PageRequest, organisation: int, pk: int | None = None) -> HttpResponse:
    owner = services.find_organisation(request.actor, organisation)
    row = services.contacts(owner).filter(pk=pk).first() if pk else None
    if pk and row is None:
        raise NotFound(ContactProblem.NO_SUCH_CONTACT())
    stored = {name: getattr(row, name) for name in ContactForm.base_fields} if row else None
    form = ContactForm(request.POST or None, initial=stored)
    version = ShownVersion(request, row)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.save_contact(request.actor, owner.pk, form.cleaned_data, pk)
            messages.success(request, gettext("Saved."))
            return redirect("contacts", owner.pk)
    context: dict[str, Any] = {"form": form, "organisation": owner, "contact": row, "version": version}
    return render(request, "contacts/form.html", context, status=version.status(form))


@page(writes=True, allowed_while_suspended=True)
def remove(request: PageRequest, organisation: int, pk: int) -> HttpResponse:
    if request.method != "POST":
        owner = services.find_organisation(request.actor, organisation)
        row = services.contacts(owner).filter(pk=pk).first()
        if row is None or not services.may_edit(request.actor, organisation):
            raise NotFound(ContactProblem.NO_SUCH_CONTACT())
        return render(request, "contacts/remove.html", {"organisation": owner, "contact": row})
    services.remove_contact(request.actor, organisation, pk)
    messages.success(request, gettext("The contact has been removed."))
    return redirect("contacts", organisation)


@page(writes=True, allowed_while_suspended=True)
def extra(request: PageRequest, organisation: int, schema: str) -> HttpResponse:
    owner = services.find_organisation(request.actor, organisation)
    wanted = newest().get(schema)
    if wanted is None:
        raise NotFound(ContactProblem.NO_SUCH_SCHEMA())
    stored = services.extra_fields(owner).get(schema)
    form = ExtraForm(wanted, request.POST or None, initial=stored.values if stored else {})
    version = ShownVersion(request, stored)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.save_extra(request.actor, owner.pk, schema, form.cleaned_data)
            messages.success(request, gettext("Saved."))
            return redirect("contacts", owner.pk)
    context = {"form": form, "version": version, "organisation": owner, "schema": wanted}
    return render(request, "contacts/extra.html", context, status=version.status(form))


def _shown(row: Any) -> list[tuple[str, str]]:
    schema = every_version().get((row.schema, row.version)) if row else None
    return schema.shown(row.values) if schema else []
