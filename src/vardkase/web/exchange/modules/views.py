"""Asking modules about a value or an event, reading files with them, and choosing what to add of their answers.

Nothing leaves the hub on a GET: each question is a button that says what is sent, and where.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.exchange.modules.enriching import WHOLE, modules_for
from vardkase.exchange.modules.errors import ModuleFailed, ModulesUnreachable, TooManyExports
from vardkase.exchange.modules.exporting import exported
from vardkase.exchange.modules.module_requests import (
    enriched,
    enrichment,
    read_by,
    usable_module,
    usable_modules,
)
from vardkase.exchange.modules.reach import Document, as_the_event
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.exchange.modules.tasks import order_enrichment
from vardkase.formats.misp_json import attribute_dict
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.lists import types_in_event
from vardkase.intel.services.added_parts import add_parts
from vardkase.web.exchange.modules.forms import ModuleDocumentForm
from vardkase.web.exchange.modules.found import FoundPart, chosen, keep, kept, shown
from vardkase.web.intel.editing.common import back_to, own_event
from vardkase.web.ui.display import thin
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True)
def attribute(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    """What modules there are for a value; the button of one asks it, and its answer is shown to choose from."""
    event = own_event(request.actor, reference)
    document = _attribute_of(request, event, attribute_id)
    if request.method == "POST":
        try:
            chosen_modules = modules_for(request.actor, event, posted.texts(request, "module"))
            found = enriched(chosen_modules, [document])
        except (ModuleFailed, ModulesUnreachable) as failed:
            messages.error(request, str(failed))
        else:
            for name, problem in found.errors.items():
                messages.error(request, f"{name}: {problem}")
            if (answer := _to_choose(request, event, found.parts)) is not None:
                return answer
        return redirect("attribute_modules", event.id, attribute_id)
    context = {
        "heading": gettext("Enrich %(value)s") % {"value": document["value"][:100]},
        "event": event,
        "attribute": document,
        **_modules_for_type(request, document["type"]),
    }
    template = "modules/popover.html" if request.headers.get("HX-Request") else "modules/attribute.html"
    return render(request, template, context)


@require_POST
@page(Permission.ADD, writes=True)
def hover(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    """What the modules that explain values say of one; nothing is stored."""
    event = own_event(request.actor, reference)
    document = _attribute_of(request, event, attribute_id)
    answers: list[tuple[str, list[FoundPart], str]] = []
    for module in _usable(request, ModuleKind.HOVER):
        if document["type"] in module.inputs:
            try:
                found = shown(enrichment(module, document, ModuleKind.HOVER))
            except (ModuleFailed, ModulesUnreachable) as failed:
                answers.append((module.name, [], str(failed)))
            else:
                answers.append((module.name, found, ""))
    heading = gettext("What modules say about %(value)s") % {"value": document["value"][:100]}
    context = {"heading": heading, "event": event, "attribute": document, "answers": answers}
    template = "modules/answer_list.html" if request.headers.get("HX-Request") else "modules/answers.html"
    return render(request, template, context)


@page(Permission.ADD, writes=True)
def event(request: PageRequest, reference: str) -> HttpResponse:
    """Modules for all values of an event; a job asks them and adds what they answer."""
    found = own_event(request.actor, reference)
    held = types_in_event(request.actor, found.id)
    offered = [
        (module, count)
        for module in _usable(request, ModuleKind.EXPANSION)
        if (count := sum(number for kind, number in held.items() if kind in module.inputs))
    ]
    if request.method == "POST":
        names = posted.texts(request, "module")
        if not names:
            messages.error(request, gettext("Choose at least one module."))
            return redirect("event_modules", found.id)
        try:
            modules_for(request.actor, found, names)
        except ModulesUnreachable as unreachable:
            messages.error(request, str(unreachable))
            return redirect("event_modules", found.id)
        order_enrichment(request.actor, found.id, names)
        said = gettext("The modules are being asked. What they answer is added to the event as it arrives.")
        return back_to(request, found.id, said)
    context = {"heading": gettext("Enrich the event"), "event": found, "offered": offered}
    return render(request, "modules/event.html", context)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def import_file(request: PageRequest, reference: str) -> HttpResponse:
    found = own_event(request.actor, reference)
    readers = _usable(request, ModuleKind.IMPORT)
    form = ModuleDocumentForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        readers=readers,
        wanted=request.GET.get("module", ""),
    )
    if request.method == "POST" and form.is_valid():
        name, content = form.document()
        try:
            reader = usable_module(request.actor, ModuleKind.IMPORT, form.cleaned_data["module"])
            encoded = base64.b64encode(content).decode()
            parts = read_by(request.actor, reader, encoded, name, found.id, form.parameters(reader))
        except (Invalid, ModuleFailed, ModulesUnreachable) as failed:
            form.add_error(None, str(failed))
        else:
            if (answer := _to_choose(request, found, as_the_event(parts))) is not None:
                return answer
    context = {
        "heading": gettext("Import through a module"),
        "event": found,
        "form": form,
        "readers": readers,
    }
    return render(request, "modules/import.html", context, status=422 if form.errors else 200)


@page(Permission.ADD, writes=True)
def results(request: PageRequest, reference: str) -> HttpResponse:
    """What modules found; what is ticked is added."""
    found = own_event(request.actor, reference)
    document = kept(request.actor.user_id, request.GET.get("kept", ""))
    if document is None:
        messages.error(request, gettext("The answer is no longer kept. Ask the module again."))
        return redirect("event", found.id)
    parts = shown(document)
    if request.method == "POST":
        wanted = chosen(document, posted.texts(request, "part"))
        if any(wanted.values()):
            added = add_parts(request.actor, found.id, wanted)
            if left_out := len(added.rejections.errors):
                said = ngettext(
                    "%(n)s value was left out: the event has it already, or it is not valid.",
                    "%(n)s values were left out: the event has them already, or they are not valid.",
                    left_out,
                )
                messages.info(request, said % {"n": thin(left_out)})
            said = gettext("Added: %(attributes)s attributes, %(objects)s objects.")
            counts = {"attributes": thin(added.attributes), "objects": thin(added.objects)}
            return back_to(request, found.id, said % counts)
        messages.error(request, gettext("Choose at least one value or tag."))
    context = {"heading": gettext("What the modules found"), "event": found, "parts": parts}
    return render(request, "modules/results.html", context)


@require_POST
@page()
def export(request: PageRequest, reference: str, name: str) -> HttpResponseBase:
    """The event as an export module writes it, for those who may read it."""
    found = find_event(request.actor, reference)
    try:
        file = exported(request.actor, found, name)
    except (ModuleFailed, ModulesUnreachable, TooManyExports) as failed:
        messages.error(request, str(failed))
        return redirect("event_formats", found.id)
    return download([file.content], file.name, file.type)


def _attribute_of(request: PageRequest, event: EventRow, attribute_id: int) -> dict[str, Any]:
    if find_attribute(request.actor, attribute_id).event_id != event.id:
        raise Http404
    return attribute_dict(request.actor, attribute_id, WHOLE)


def _modules_for_type(request: PageRequest, kind: str) -> dict[str, Any]:
    """The modules that take values of a type; `problem` if the module server cannot be asked for them."""
    found: dict[str, Any] = {"expanding": [], "explaining": []}
    try:
        for name, of in (("expanding", ModuleKind.EXPANSION), ("explaining", ModuleKind.HOVER)):
            found[name] = [each for each in usable_modules(request.actor, of) if kind in each.inputs]
    except ModulesUnreachable as unreachable:
        found["problem"] = str(unreachable)
    return found


def _usable(request: PageRequest, kind: ModuleKind) -> list[Module]:
    try:
        return usable_modules(request.actor, kind)
    except ModulesUnreachable as unreachable:
        messages.error(request, str(unreachable))
        return []


def _to_choose(request: PageRequest, event: EventRow, parts: Document) -> HttpResponse | None:
    """The page where the parts are chosen from; None, with a message, if there is nothing to choose."""
    if not any(parts.values()):
        messages.info(request, gettext("The module found nothing."))
        return None
    reference = keep(request.actor.user_id, parts)
    if not reference:
        messages.error(
            request, gettext("The answer is too large to be shown, or you have asked too often today.")
        )
        return None
    return redirect(f"{reverse('module_results', args=[event.id])}?{urlencode({'kept': reference})}")
