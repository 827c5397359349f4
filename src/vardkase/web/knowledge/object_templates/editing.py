"""Own object templates: added and edited, with rows or as definitions; and new versions of the packaged ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid, by_field
from vardkase.core.version_tokens import RowChanged
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.object_templates import queries, services
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.misp.types import TYPES
from vardkase.web.knowledge.library import parents
from vardkase.web.knowledge.object_templates.forms import (
    DefinitionForm,
    ObjectTemplateForm,
    RelationRows,
    sentences,
)
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, builder_texts, confirm_page, edit_page
from vardkase.web.ui.forms.rows import shown_again
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.json_text import indented_json
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
    return _built(request, None)


@page(Permission.OBJECT_TEMPLATE, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _built(request, services.find_own(request.actor, str(pk)))


@page(Permission.OBJECT_TEMPLATE, writes=True)
def create_json(request: PageRequest) -> HttpResponse:
    form = DefinitionForm(request.POST or None, initial={"definition": indented_json(EXAMPLE)})
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
def edit_json(request: PageRequest, pk: int) -> HttpResponse:
    template = services.find_own(request.actor, str(pk))
    # The service numbers the new version; the one in the document would be the old.
    stored = {name: value for name, value in template.definition.items() if name != "version"}
    form = DefinitionForm(request.POST or None, initial={"definition": indented_json(stored)})
    # A change is a new row: the newest one tells whether there has been any.
    version = ShownVersion(request, queries.versions_of(template)[0])
    if form.is_valid():
        try:
            with version.saving(form):
                made = services.edit_template(request.actor, str(pk), form.cleaned_data["definition"])
                said = gettext("Version %(version)s is in use from now on.")
                messages.success(request, said % {"version": made.version})
                return redirect("object_template", made.pk)
        except RowChanged:
            pass  # The page says so, with both versions.
        except Invalid as error:
            form.add_error("definition", sentences(error))
    return edit_page(
        request,
        form,
        gettext("Edit %(name)s") % {"name": template.name},
        _parents(template),
        intro=_new_version(),
        version=version,
    )


@page(Permission.OBJECT_TEMPLATE, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    template = services.find_own(request.actor, str(pk))
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


def _built(request: PageRequest, template: ObjectTemplate | None) -> HttpResponse:
    former: dict[str, Any] = template.definition if template else EXAMPLE
    initial = {"name": former["name"], "meta_category": former["meta-category"]}
    initial |= {"description": former.get("description", ""), "newest": template and _newest(template)}
    form = shown_again(request, lambda data: ObjectTemplateForm(data, initial=initial))
    rows = RelationRows()
    if request.method == "POST":
        rows.read(request.POST)
    else:
        stored = queries.elements_of(template) if template else ()
        order = [each.object_relation for each in stored] or list(former["attributes"])
        rows.show_definition(former, order)
    if form.is_bound and not [part for part in (form.is_valid(), rows.is_valid) if not part]:
        try:
            made = _saved(request, template, form, rows)
            said = gettext("Version %(version)s is in use from now on.") % {"version": made.version}
            messages.success(request, said if template else gettext("The object template has been added."))
            return redirect("object_template", made.pk)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        except Invalid as refused:
            _take(form, rows, refused)
    heading = (
        gettext("Edit %(name)s") % {"name": former["name"]} if template else gettext("New object template")
    )
    json_url = reverse("object_template_create_json")
    if template:
        json_url = reverse("object_template_edit_json", args=[template.pk])
    context = {
        **builder_texts(heading, _parents(template)),
        "form": form,
        "rows": rows,
        "intro": _new_version() if template else "",
        "json_url": json_url,
        "rows_heading": gettext("Attributes"),
        "rows_hint": gettext("What an object of the template can have."),
        "rows_empty": gettext("The template has no attributes yet. Add one."),
        "row_template": "object_templates/row.html",
        "suggestions": {"types": sorted(TYPES), "categories": queries.meta_categories()},
    }
    return render(request, "object_templates/builder.html", context, status=422 if form.is_bound else 200)


def _saved(
    request: PageRequest, template: ObjectTemplate | None, form: ObjectTemplateForm, rows: RelationRows
) -> ObjectTemplate:
    sent = form.cleaned_data
    document = {"name": sent["name"], "meta-category": sent["meta_category"]}
    document |= {"description": sent["description"], **rows.members()}
    if template is None:
        return services.add_template(request.actor, {**document, "version": 1})
    return services.edit_template(request.actor, str(template.pk), document, seen=sent["newest"])


def _take(form: ObjectTemplateForm, rows: RelationRows, refused: Invalid) -> None:
    for path, problems in by_field(refused, "").items():
        words = [str(problem) for problem in problems]
        field = path.replace("-", "_")
        if not rows.take(path, words):
            form.add_error(field if field in form.fields else None, words)


def _newest(template: ObjectTemplate) -> int:
    return queries.versions_of(template)[0].version


def _new_version() -> str:
    return gettext("A change becomes a new version. Objects keep the version they were made with.")


def _parents(template: ObjectTemplate | None = None) -> list[Crumb]:
    above = parents((gettext("Object templates"), "object_templates"))
    return [*above, (template.name, reverse("object_template", args=[template.pk]))] if template else above
