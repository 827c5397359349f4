"""Object templates: which attributes an object of a kind has, and which templates are in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.object_contents import template_use
from vardkase.knowledge.object_templates import queries, services
from vardkase.knowledge.object_templates.models import ObjectTemplateElement
from vardkase.web.knowledge.library import back_to_list, state_tabs, wanted_state
from vardkase.web.knowledge.object_templates.search import matching
from vardkase.web.ui.forms import posted
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

SHOWN = 50


@dataclass(frozen=True, slots=True)
class ElementRow:
    """`needed`: every object must have it. `one_of`: an object must have one of those marked so."""

    element: ObjectTemplateElement
    needed: bool
    one_of: bool


@page()
def index(request: PageRequest) -> HttpResponse:
    wanted = wanted_state(request)
    text = searched(request)
    found = [
        (closeness, template)
        for closeness, template in matching(queries.current_templates(), text)
        if wanted is None or template.active is wanted
    ]
    used = template_use(request.actor)
    if text:
        # As where an object is made: the name itself, then what is near it and most used.
        found.sort(
            key=lambda each: (
                each[1].name.lower() != text.lower(),
                each[0],
                -used.get(str(each[1].uuid), 0),
                each[1].name,
            )
        )
    else:
        found.sort(key=lambda each: each[1].name)
    start = _start(request)
    context = {
        "rows": [
            (template, used.get(str(template.uuid), 0))
            for _closeness, template in found[start : start + SHOWN]
        ],
        "found": len(found),
        "newer": with_query(request, from_row=str(max(0, start - SHOWN))) if start else "",
        "older": with_query(request, from_row=str(start + SHOWN)) if start + SHOWN < len(found) else "",
        "q": text,
        "state": request.GET.get("state", ""),
        "tabs": state_tabs(request),
        "may_switch": request.actor.is_site_admin and request.actor.may_write,
        "may_edit": _may_edit(request.actor),
    }
    return render(request, "object_templates/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    template = queries.find_template(str(pk))
    needs = queries.requirements(template)
    elements = [
        ElementRow(
            element,
            needed=element.object_relation in needs.get("required", ()),
            one_of=element.object_relation in needs.get("requiredOneOf", ()),
        )
        for element in queries.elements_of(template)
    ]
    elements.sort(key=lambda row: (not row.needed, not row.one_of, -row.element.ui_priority))
    owner = Organisation.objects.filter(pk=template.org_id).first()
    own = not template.fixed and (
        template.org_id == request.actor.organisation_id or request.actor.is_site_admin
    )
    context: dict[str, Any] = {
        "template": template,
        "rows": elements,
        "versions": queries.versions_of(template),
        "owner": owner,
        "used": template_use(request.actor).get(str(template.uuid), 0),
        "may_switch": request.actor.is_site_admin and request.actor.may_write,
        "may_edit": own and _may_edit(request.actor),
    }
    return render(request, "object_templates/object_template.html", context)


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    template = queries.find_template(str(pk))
    # The service toggles: somebody else may have switched it since the page was shown.
    if template.active is not enabled:
        services.toggle_template(request.actor, str(pk))
    said = gettext("%(name)s is enabled.") if enabled else gettext("%(name)s is disabled.")
    messages.success(request, said % {"name": template.name})
    if posted.text(request, "back") == "view":
        return redirect("object_template", pk)
    return back_to_list(request, "object_templates", f"row-{pk}")


def _start(request: PageRequest) -> int:
    text = request.GET.get("from_row", "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _may_edit(actor: Actor) -> bool:
    return actor.may(Permission.OBJECT_TEMPLATE) and actor.may_write
