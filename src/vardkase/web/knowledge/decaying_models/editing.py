"""Own decaying models: create, edit, enable, delete; and new versions of the packaged ones."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.analysis.decay.simulation import valued_taxonomies
from vardkase.core.errors import Forbidden
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.decaying_models import queries, services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.problems import DecayingModelProblem
from vardkase.knowledge.decaying_models.rules import RANGES
from vardkase.web.knowledge.decaying_models.curve import Curve, curve_of
from vardkase.web.knowledge.decaying_models.forms import DecayingModelForm, Weights
from vardkase.web.knowledge.decaying_models.labels import FORMULAS
from vardkase.web.knowledge.library import back_to_list, parents
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, builder_texts, confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.rows import shown_again
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import found_choices, searched_for


@page(writes=True)
def create(request: PageRequest) -> HttpResponse:
    services.require_editor(request.actor)
    return _built(request, None)


@page(writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _built(request, _editable(request, pk))


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


def _built(request: PageRequest, stored: DecayingModel | None) -> HttpResponse:
    form = shown_again(request, lambda data: DecayingModelForm(data, stored=stored))
    weights, version = Weights(), ShownVersion(request, stored)
    if request.method == "POST":
        weights.read(request.POST)
    else:
        weights.show_stored(stored)
    if form.is_bound and not [part for part in (form.is_valid(), weights.is_valid) if not part]:
        with errors_shown_in(form), version.saving(form):
            wire = form.wire(weights.values())
            if stored:
                services.edit_model(request.actor, stored.pk, wire)
                messages.success(request, gettext("Saved."))
                return redirect("decaying_model", stored.pk)
            made = services.add_model(request.actor, wire)
            messages.success(request, gettext("The decaying model has been created."))
            return redirect("decaying_model", made.pk)
    heading = gettext("Edit %(name)s") % {"name": stored.name} if stored else gettext("New decaying model")
    context = {
        **builder_texts(heading, _parents(stored)),
        **searched_for(request),
        "form": form,
        "version": version,
        "rows": weights,
        "find_url": reverse("decaying_model_find"),
        "rows_heading": gettext("Tags that set the base score"),
        "rows_hint": gettext(
            "The base score is the mean of the tags’ values, by these weights. Without such a "
            "tag, the default applies."
        ),
        "rows_empty": gettext("No tag sets the base score: the default applies."),
        "row_template": "decaying_models/row.html",
        "suggestions": {"taxonomies": sorted(valued_taxonomies())},
        "preview": True,
        "preview_heading": gettext("Score by age"),
        "curve": _curve(request, stored),
    }
    status = version.status(form) if version.is_outdated else 422 if form.is_bound else 200
    return render(request, "decaying_models/builder.html", context, status=status)


def _curve(request: PageRequest, stored: DecayingModel | None) -> Curve | None:
    """The curve of what the form says; None while its numbers are no numbers."""
    shown = DecayingModelForm(None, stored=stored)
    sent = request.POST if request.method == "POST" else {}
    try:
        # Not the initial value of what was sent empty: that is not what would be saved.
        numbers = {
            name: shown.fields[name].clean(sent.get(name, "") if sent else shown[name].value())
            for name in RANGES
        }
    except ValidationError:
        return None
    formula = str(sent.get("formula", "") or shown["formula"].value())
    return curve_of(DecayingModel(parameters=numbers, formula=formula)) if formula in FORMULAS else None


def _editable(request: PageRequest, pk: int) -> DecayingModel:
    stored = queries.find_model(request.actor, pk)
    if not queries.may_edit(request.actor, stored):
        raise Forbidden(DecayingModelProblem.NOT_OWNER())
    return stored


def _parents(stored: DecayingModel | None = None) -> list[Crumb]:
    above = parents((gettext("Decaying models"), "decaying_models"))
    return [*above, (stored.name, reverse("decaying_model", args=[stored.pk]))] if stored else above
