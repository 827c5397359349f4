"""Event templates: added, edited, copied, switched and deleted."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_templates import services
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_own_template, find_template
from vardkase.web.intel.event_templates.forms import CopyForm, TemplateForm
from vardkase.web.knowledge.library import back_to_list
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.TEMPLATE, writes=True)
def create(request: PageRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None, initial={"definition": _written(_example())})
    if form.is_valid():
        try:
            made = services.add_template(request.actor, _sent(form))
            messages.success(request, gettext("The event template has been added."))
            return redirect("event_template", made.pk)
        except Invalid as refused:
            form.take(refused)
    heading = gettext("New event template")
    return edit_page(request, form, heading, parents(), save=gettext("Add the template"))


@page(Permission.TEMPLATE, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    template = find_own_template(request.actor, pk)
    form = TemplateForm(request.POST or None, initial=_stored(template))
    if form.is_valid():
        try:
            services.edit_template(request.actor, pk, _sent(form), form.cleaned_data["seen"])
            messages.success(request, gettext("Saved."))
            return redirect("event_template", pk)
        except Invalid as refused:
            form.take(refused)
        except ChangedMeanwhile as conflict:
            form.add_error(None, str(conflict))
    heading = gettext("Edit %(name)s") % {"name": template.name}
    packaged = gettext(
        "This template came with the hub. Once you change it, the library no longer updates it."
    )
    return edit_page(request, form, heading, parents(template), intro=packaged if template.default else "")


@page(Permission.TEMPLATE, writes=True)
def duplicate(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    suggested = gettext("%(name)s (copy)") % {"name": template.name}
    form = CopyForm(request.POST or None, initial={"name": suggested[:255]})
    if form.is_valid():
        with errors_shown_in(form):
            made = services.duplicate_template(request.actor, pk, form.cleaned_data["name"])
            messages.success(request, gettext("The copy belongs to your organisation and can be edited."))
            return redirect("event_template", made.pk)
    heading = gettext("Duplicate %(name)s") % {"name": template.name}
    return edit_page(request, form, heading, parents(template), save=gettext("Duplicate"))


@page(Permission.TEMPLATE, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    template = find_own_template(request.actor, pk)
    if request.method != "POST":
        heading = gettext("Delete %(name)s") % {"name": template.name}
        words = gettext("Events made with the template stay as they are. The template cannot be restored.")
        return confirm_page(request, heading, parents(template), words)
    services.delete_template(request.actor, pk)
    messages.success(request, gettext("The event template has been deleted."))
    return redirect("event_templates")


@page(Permission.TEMPLATE, writes=True)
@require_POST
def switch_on(request: PageRequest, pk: int) -> HttpResponse:
    return _switched(request, pk, active=True)


@page(Permission.TEMPLATE, writes=True)
@require_POST
def switch_off(request: PageRequest, pk: int) -> HttpResponse:
    return _switched(request, pk, active=False)


def parents(template: EventTemplate | None = None) -> list[Crumb]:
    above = [
        (gettext("Events"), reverse("events")),
        (gettext("Event templates"), reverse("event_templates")),
    ]
    return [*above, (template.name, reverse("event_template", args=[template.pk]))] if template else above


def _switched(request: PageRequest, pk: int, *, active: bool) -> HttpResponse:
    services.switch_template(request.actor, pk, active=active)
    if posted.text(request, "back") == "view":
        return redirect("event_template", pk)
    return back_to_list(request, "event_templates", f"row-{pk}")


def _sent(form: TemplateForm) -> dict[str, Any]:
    sent = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    named = {"name": sent["name"], "description": sent["description"] or None}
    return sent | {"definition": {**sent["definition"], **named}}


def _stored(template: EventTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "description": template.description,
        "distribution": int(template.all_orgs),
        "active": template.active,
        "definition": _written(template.definition),
        "seen": template.version,
    }


def _written(definition: dict[str, Any]) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=2)


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
