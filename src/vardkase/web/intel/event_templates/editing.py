"""Event templates: copied, switched and deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates import services
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_own_template, find_template
from vardkase.web.intel.event_templates.forms import CopyForm
from vardkase.web.knowledge.library import back_to_list
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


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
