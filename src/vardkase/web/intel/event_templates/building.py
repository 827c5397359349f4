"""Event templates added and edited: with the builder, or as their definition in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import Invalid, by_field
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_templates import services
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_own_template
from vardkase.knowledge.object_templates.queries import active_templates
from vardkase.knowledge.object_templates.relationships import relationships
from vardkase.misp.types import TYPES
from vardkase.web.intel.event_templates.builder import Structure, built, form_initial, take_errors
from vardkase.web.intel.event_templates.builder_forms import ROW_FORMS, BuilderForm
from vardkase.web.intel.event_templates.editing import parents
from vardkase.web.intel.event_templates.forms import TemplateForm
from vardkase.web.intel.event_templates.guided import GuidedForm
from vardkase.web.ui.edit_page import builder_texts, edit_page
from vardkase.web.ui.forms.picker import Picker
from vardkase.web.ui.forms.rows import shown_again
from vardkase.web.ui.json_text import indented_json
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import found_choices, searched_for


@page(Permission.TEMPLATE, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _built(request, None)


@page(Permission.TEMPLATE, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _built(request, find_own_template(request.actor, pk))


@page(Permission.TEMPLATE, writes=True)
def create_json(request: PageRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None, initial={"definition": indented_json(_example())})
    if form.is_valid():
        try:
            made = services.add_template(request.actor, _sent(form, form.cleaned_data["definition"]))
            messages.success(request, gettext("The event template has been added."))
            return redirect("event_template", made.pk)
        except Invalid as refused:
            form.take(refused)
    heading = gettext("New event template")
    return edit_page(request, form, heading, parents(), save=gettext("Add the template"))


@page(Permission.TEMPLATE, writes=True)
def edit_json(request: PageRequest, pk: int) -> HttpResponse:
    template = find_own_template(request.actor, pk)
    form = TemplateForm(
        request.POST or None, initial={**_stored(template), "definition": indented_json(template.definition)}
    )
    if form.is_valid():
        try:
            sent = _sent(form, form.cleaned_data["definition"])
            services.edit_template(request.actor, pk, sent, form.cleaned_data["seen"])
            messages.success(request, gettext("Saved."))
            return redirect("event_template", pk)
        except Invalid as refused:
            form.take(refused)
        except ChangedMeanwhile as conflict:
            form.add_error(None, str(conflict))
    heading = gettext("Edit %(name)s") % {"name": template.name}
    return edit_page(request, form, heading, parents(template), intro=_packaged(template))


@page(Permission.TEMPLATE)
def find(request: PageRequest) -> HttpResponse:
    """Choices for the pickers of the builder, also of its rows."""
    name = request.GET.get("field", "")
    own = name.rpartition("-")[2]
    fields = BuilderForm(None, actor=request.actor, initial={}).fields
    for row in ROW_FORMS.values():
        fields |= row(None, actor=request.actor).fields
    if not isinstance(fields.get(own), Picker):
        raise Http404
    form = forms.Form()
    form.fields[name] = fields[own]
    return found_choices(request, form)


def _built(request: PageRequest, template: EventTemplate | None) -> HttpResponse:
    former = template.definition if template else _example()
    initial = form_initial(former) | (_stored(template) if template else {})
    form = shown_again(request, lambda data: BuilderForm(data, actor=request.actor, initial=initial))
    structure = Structure(request.actor)
    if request.method == "POST":
        structure.read(request.POST)
    else:
        structure.show_definition(former)
    # Both, so that all errors are shown at once.
    if form.is_bound and all([form.is_valid(), structure.is_valid]):
        try:
            stored = _saved(request.actor, template, form, built(form, structure, former))
        except Invalid as refused:
            take_errors(form, structure, refused)
        except ChangedMeanwhile as conflict:
            form.add_error(None, str(conflict))
        else:
            messages.success(
                request, gettext("Saved.") if template else gettext("The event template has been added.")
            )
            return redirect("event_template", stored.pk)
    context = _page(request, template) | {"form": form, "rows": structure, **searched_for(request)}
    context["preview"] = _preview(request, form, structure, former)
    return render(request, "event_templates/builder.html", context, status=422 if form.is_bound else 200)


def _saved(
    actor: Actor, template: EventTemplate | None, form: BuilderForm, definition: dict[str, Any]
) -> EventTemplate:
    sent = _sent(form, definition)
    if template is None:
        return services.add_template(actor, sent)
    return services.edit_template(actor, template.pk, sent, form.cleaned_data["seen"])


def _page(request: PageRequest, template: EventTemplate | None) -> dict[str, Any]:
    heading = (
        gettext("Edit %(name)s") % {"name": template.name} if template else gettext("New event template")
    )
    json_url = reverse("event_template_create_json")
    if template:
        json_url = reverse("event_template_edit_json", args=[template.pk])
    return {
        **builder_texts(heading, parents(template)),
        "intro": _packaged(template) if template else "",
        "json_url": json_url,
        "find_url": reverse("event_template_builder_find"),
        "rows_heading": gettext("What the form asks for"),
        "rows_hint": gettext(
            "The form shows these rows in this order. A field belongs to the section above it."
        ),
        "rows_empty": gettext("The form asks for nothing yet. Add a row."),
        "row_template": "event_templates/row.html",
        "preview_heading": gettext("Preview of the form"),
        "suggestions": {
            "types": sorted(TYPES),
            "object-templates": list(dict.fromkeys(active_templates().values_list("name", flat=True))),
            "relationships": list(relationships().values_list("name", flat=True)),
        },
    }


def _preview(
    request: PageRequest, form: BuilderForm, structure: Structure, former: Mapping[str, Any]
) -> dict[str, Any]:
    """The guided form that the rows make, or what is wrong with them; rows that lack something are left out."""
    elements, left_out = list(former.get("structure") or ()), 0
    if request.method == "POST":
        elements, left_out = structure.previewed()
    document = {**former, "name": "-", "event_defaults": {}, "structure": elements}
    try:
        definition = read_definition({**document, "uuid": str(uuid4())})
        services.require_object_templates(definition)
    except Invalid as refused:
        problems = [each for found in by_field(refused, "definition").values() for each in found]
        return {"problems": problems, "left_out": left_out, "parts": []}
    guided = GuidedForm(request.actor, definition)
    return {
        "problems": [],
        "left_out": left_out,
        "parts": guided.parts,
        "title": str(form["info_template"].value() or ""),
        "definition": indented_json(document["structure"]),
    }


def _packaged(template: EventTemplate) -> str:
    if not template.default:
        return ""
    return gettext("This template came with the hub. Once you change it, the library no longer updates it.")


def _sent(form: forms.Form, definition: Mapping[str, Any]) -> dict[str, Any]:
    """What the service takes; the name and the description are in the definition as well."""
    sent = {name: form.cleaned_data[name] for name in ("name", "description", "distribution", "active")}
    named = {"name": sent["name"], "description": sent["description"] or None}
    return sent | {"definition": {**definition, **named}}


def _stored(template: EventTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "description": template.description,
        "distribution": int(template.all_orgs),
        "active": template.active,
        "seen": template.version,
    }


def _example() -> dict[str, Any]:
    """A small definition to start from."""
    host = {"category": "Network activity", "type": "hostname"}
    return {
        "schema_version": 1,
        "uuid": str(uuid4()),
        "event_defaults": {
            "info_template": "{{field:what}} ({{date}})",
            "distribution": 0,
            "threat_level_id": 3,
            "analysis": 0,
            "tags": [],
        },
        "structure": [
            {"type": "section", "id": "happened", "label": gettext("What happened")},
            {
                "type": "attribute_field",
                "id": "what",
                "parent": "happened",
                "label": gettext("Describe it in one line"),
                "mandatory": True,
                "misp": {"category": "Other", "type": "text"},
            },
            {
                "type": "attribute_field",
                "id": "hosts",
                "label": gettext("Host names"),
                "repeatable": True,
                "misp": host,
            },
            {
                "type": "tag_field",
                "id": "tlp",
                "label": gettext("How far may it be passed on?"),
                "restrict_taxonomies": ["tlp"],
                "mandatory": True,
            },
        ],
    }
