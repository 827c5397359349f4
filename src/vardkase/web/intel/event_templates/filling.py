"""A new event from a template: its form is filled in, and the event can then be published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_template
from vardkase.intel.event_templates.services import add_to_event, instantiate
from vardkase.web.intel.editing.common import back_to, own_event
from vardkase.web.intel.event_templates.guided import GuidedForm
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import found_choices, searched_for


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def fill_in(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    form, event_id = _filled(request, template, lambda values: instantiate(request.actor, pk, values))
    if event_id is None:
        return _shown(request, template, form)
    messages.success(request, gettext("Event created. It is not published yet."))
    may_publish = request.actor.may(Permission.PUBLISH)
    return redirect("event_publish" if may_publish else "event", event_id)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def fill_event(request: PageRequest, reference: str, pk: int) -> HttpResponse:
    """Add what a template asks for to an event that exists."""
    event = own_event(request.actor, reference)
    template = find_template(request.actor, pk)
    form, added = _filled(request, template, lambda values: add_to_event(request.actor, event.id, pk, values))
    if added is None:
        return _shown(request, template, form, event)
    said = gettext("Added: %(attributes)s attributes and %(objects)s objects.")
    numbers = {"attributes": thin(added.attributes), "objects": thin(added.objects)}
    return back_to(request, event.id, said % numbers)


def _filled[Made](
    request: PageRequest, template: EventTemplate, make: Callable[[dict[str, Any]], Made]
) -> tuple[GuidedForm, Made | None]:
    """The form, and what `make` made of it; None if it is not sent, asks for more inputs, or is refused."""
    is_sent = request.method == "POST"
    checks = is_sent and not (posted.text(request, "more") or posted.text(request, "find"))
    definition = read_definition(template.definition)
    form = GuidedForm(
        request.actor, definition, request.POST if is_sent else None, request.FILES, checks=checks
    )
    if checks and form.is_valid():
        try:
            made = make(form.values())
        except Invalid as refused:
            form.take(refused)
        else:
            form.drop_files()
            return form, made
    if is_sent:
        form.keep_files()
    return form, None


def _shown(
    request: PageRequest, template: EventTemplate, form: GuidedForm, event: EventRow | None = None
) -> HttpResponse:
    context = {"template": template, "form": form, "event": event, **searched_for(request)}
    status = 422 if form.is_bound else 200
    return render(request, "event_templates/fill_in.html", context, status=status)


@page(Permission.ADD)
def find(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    return found_choices(request, GuidedForm(request.actor, read_definition(template.definition)))
