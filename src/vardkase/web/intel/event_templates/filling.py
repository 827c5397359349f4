"""A new event from a template: its form is filled in, and the event can then be published."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.queries import find_template
from vardkase.intel.event_templates.services import instantiate
from vardkase.web.intel.event_templates.guided import GuidedForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import found_choices, searched_for


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def fill_in(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    definition = read_definition(template.definition)
    is_sent = request.method == "POST"
    checks = is_sent and not (posted.text(request, "more") or posted.text(request, "find"))
    form = GuidedForm(
        request.actor, definition, request.POST if is_sent else None, request.FILES, checks=checks
    )
    if checks and form.is_valid():
        try:
            event_id = instantiate(request.actor, pk, form.values())
        except Invalid as refused:
            form.take(refused)
        else:
            form.drop_files()
            messages.success(request, gettext("Event created. It is not published yet."))
            may_publish = request.actor.may(Permission.PUBLISH)
            return redirect("event_publish" if may_publish else "event", event_id)
    if is_sent:
        form.keep_files()
    context = {"template": template, "form": form, **searched_for(request)}
    return render(request, "event_templates/fill_in.html", context, status=422 if checks else 200)


@page(Permission.ADD)
def find(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    return found_choices(request, GuidedForm(request.actor, read_definition(template.definition)))
