"""Own object templates: added and edited as definitions; and new versions of the packaged ones."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.object_templates import queries, services
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.problems import ObjectTemplateProblem
from vardkase.web.knowledge.library import parents
from vardkase.web.knowledge.object_templates.forms import DefinitionForm, sentences
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.pages import PageRequest, page

EXAMPLE = {
    "name": "",
    "meta-category": "misc",
    "description": "",
    "version": 1,
    "attributes": {
        "name": {"misp-attribute": "text", "description": "", "ui-priority": 1, "multiple": False},
    },
    "required": ["name"],
}


@page(Permission.OBJECT_TEMPLATE, writes=True)
def create(request: PageRequest) -> HttpResponse:
    form = DefinitionForm(request.POST or None, initial={"definition": _written(EXAMPLE)})
    if form.is_valid():
        try:
            made = services.add_template(request.actor, form.cleaned_data["definition"])
            messages.success(request, gettext("The object template has been added."))
            return redirect("object_template", made.pk)
        except Invalid as error:
            form.add_error("definition", sentences(error))
    return edit_page(
        request, form, gettext("New object template"), _parents(), save=gettext("Add the template")
    )


@page(Permission.OBJECT_TEMPLATE, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    template = _not_packaged(pk)
    # The service numbers the new version; the one in the document would be the old.
    stored = {name: value for name, value in template.definition.items() if name != "version"}
    form = DefinitionForm(request.POST or None, initial={"definition": _written(stored)})
    if form.is_valid():
        try:
            made = services.edit_template(request.actor, str(pk), form.cleaned_data["definition"])
            messages.success(
                request, gettext("Version %(version)s is in use from now on.") % {"version": made.version}
            )
            return redirect("object_template", made.pk)
        except Invalid as error:
            form.add_error("definition", sentences(error))
    return edit_page(
        request,
        form,
        gettext("Edit %(name)s") % {"name": template.name},
        _parents(template),
        intro=gettext("A change becomes a new version. Objects keep the version they were made with."),
    )


@page(Permission.OBJECT_TEMPLATE, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    template = _not_packaged(pk)
    if request.method != "POST":
        heading = gettext("Delete %(name)s") % {"name": template}
        words = gettext("Only this version is deleted. Objects that were made with it stay as they are.")
        return confirm_page(request, heading, _parents(template), words)
    services.delete_template(request.actor, str(pk))
    messages.success(request, gettext("The version of the object template has been deleted."))
    return redirect("object_templates")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def update(request: PageRequest) -> HttpResponse:
    updated = services.update_object_templates(request.actor).updated
    said = ngettext("%(n)s object template was updated.", "%(n)s object templates were updated.", updated)
    messages.success(
        request, said % {"n": thin(updated)} if updated else gettext("All object templates are up to date.")
    )
    return redirect("object_templates")


def _not_packaged(pk: int) -> ObjectTemplate:
    template = queries.find_template(str(pk))
    if template.fixed:
        raise Forbidden(ObjectTemplateProblem.PACKAGED())
    return template


def _written(definition: dict[str, Any]) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=2)


def _parents(template: ObjectTemplate | None = None) -> list[Crumb]:
    above = parents((gettext("Object templates"), "object_templates"))
    return [*above, (template.name, reverse("object_template", args=[template.pk]))] if template else above
