"""Own decaying models: create, edit, enable, delete; and new versions of the packaged ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Forbidden
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.decaying_models import queries, services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.problems import DecayingModelProblem
from vardkase.web.knowledge.decaying_models.forms import DecayingModelForm
from vardkase.web.knowledge.library import back_to_list, parents
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices


@page(writes=True)
def create(request: PageRequest) -> HttpResponse:
    services.require_editor(request.actor)
    form = form_with_pickers(request, DecayingModelForm)
    if form.is_valid():
        with errors_shown_in(form):
            made = services.add_model(request.actor, form.wire())
            messages.success(request, gettext("The decaying model has been created."))
            return redirect("decaying_model", made.pk)
    return edit_page(
        request,
        form,
        gettext("New decaying model"),
        _parents(),
        save=gettext("Create the model"),
        find_url=reverse("decaying_model_find"),
    )


@page(writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    stored = _editable(request, pk)
    form = form_with_pickers(request, lambda data: DecayingModelForm(data, stored=stored))
    if form.is_valid():
        with errors_shown_in(form):
            services.edit_model(request.actor, pk, form.wire())
            messages.success(request, gettext("Saved."))
            return redirect("decaying_model", pk)
    return edit_page(
        request,
        form,
        gettext("Edit %(name)s") % {"name": stored.name},
        _parents(stored),
        find_url=reverse("decaying_model_find"),
    )


@page(writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    stored = _editable(request, pk)
    if request.method != "POST":
        heading = gettext("Delete %(name)s") % {"name": stored.name}
        words = gettext("Values are no longer scored by the model. This cannot be undone.")
        return confirm_page(request, heading, _parents(stored), words)
    services.delete_model(request.actor, pk)
    messages.success(request, gettext("The decaying model has been deleted."))
    return redirect("decaying_models")


@page(writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    _editable(request, pk)
    model = services.set_enabled(request.actor, pk, enabled=enabled)
    said = gettext("%(name)s is enabled.") if enabled else gettext("%(name)s is disabled.")
    messages.success(request, said % {"name": model.name})
    if posted.text(request, "back") == "view":
        return redirect("decaying_model", pk)
    return back_to_list(request, "decaying_models", f"row-{pk}")


@page()
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, DecayingModelForm(None))


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def update(request: PageRequest) -> HttpResponse:
    updated = services.update_models(request.actor)
    said = ngettext("%(n)s decaying model was updated.", "%(n)s decaying models were updated.", updated)
    messages.success(
        request, said % {"n": thin(updated)} if updated else gettext("All decaying models are up to date.")
    )
    return redirect("decaying_models")


def _editable(request: PageRequest, pk: int) -> DecayingModel:
    stored = queries.find_model(request.actor, pk)
    if not queries.may_edit(request.actor, stored):
        raise Forbidden(DecayingModelProblem.NOT_OWNER())
    return stored


def _parents(stored: DecayingModel | None = None) -> list[Crumb]:
    above = parents((gettext("Decaying models"), "decaying_models"))
    return [*above, (stored.name, reverse("decaying_model", args=[stored.pk]))] if stored else above
