"""Event templates: the list, and one with its fields."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.queries import find_template, visible_templates
from vardkase.intel.event_templates.services import check_definition
from vardkase.web.intel.event_templates.presenters import described, rows_of
from vardkase.web.knowledge.library import state_tabs, wanted_state
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.navigation import address_of
from vardkase.web.ui.pages import PageRequest, page

SORTS = {"name", "modified", "version"}


@page()
def index(request: PageRequest) -> HttpResponse:
    text, state = searched(request), wanted_state(request)
    templates = visible_templates(request.actor).filter(
        Q(name__icontains=text) | Q(description__icontains=text)
    )
    if not request.actor.may(Permission.TEMPLATE):
        state = True  # Who cannot enable a template has no use for one that is off.
    if state is not None:
        templates = templates.filter(active=state)
    context = listed(request, templates, SORTS, "name")
    context |= {
        "editable": {row.pk for row in context["rows"] if may_edit(request.actor, row)},
        "tabs": state_tabs(request),
        "q": text,
        "state": request.GET.get("state", ""),
        "support_url": address_of("support"),
    }
    return render(request, "event_templates/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    template = find_template(request.actor, pk)
    try:
        definition = read_definition(template.definition)
    except Invalid:  # Stored by an older version.
        definition = None
    context = {
        "template": template,
        "facts": described(definition) if definition else None,
        "rows": list(rows_of(definition)) if definition else [],
        "problems": check_definition(template.definition),
        "may_edit": may_edit(request.actor, template),
    }
    return render(request, "event_templates/view.html", context)


def may_edit(actor: Actor, template: EventTemplate) -> bool:
    own = actor.is_site_admin or template.org_id == actor.organisation_id
    return own and actor.may_write and actor.may(Permission.TEMPLATE)
