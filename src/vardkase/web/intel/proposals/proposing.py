"""Proposing to the owner of an event a new attribute, a change or a deletion."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.proposals.services import propose_attribute, propose_change, propose_deletion
from vardkase.intel.queries.find import find_attribute_of, find_event
from vardkase.web.intel.editing.attributes import attribute_form, stored_fields
from vardkase.web.intel.editing.common import attempt
from vardkase.web.intel.proposals.forms import ProposedAttributeForm
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def attribute(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    form = attribute_form(request, ProposedAttributeForm, is_new=True, initial={"to_ids": ""})
    if request.method == "POST":
        made = attempt(form, lambda: propose_attribute(request.actor, event.id, form.content()))
        if made is not None:
            form.drop_file()
            return _proposed(request, event)
    form.keep_file()
    context = {"heading": gettext("Propose an attribute"), "event": event, "is_new": True, "form": form}
    return render(request, "proposals/form.html", context)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def change(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    found = find_attribute_of(request.actor, event, attribute_id)
    form = attribute_form(
        request, ProposedAttributeForm, initial=stored_fields(found), in_object=found.object_id is not None
    )
    if request.method == "POST":
        made = attempt(form, lambda: propose_change(request.actor, found.id, form.content()))
        if made is not None:
            form.drop_file()
            return _proposed(request, event)
    form.keep_file()
    context = {"heading": gettext("Propose a change"), "event": event, "attribute": found, "form": form}
    return render(request, "proposals/form.html", context)


@page(Permission.ADD, writes=True)
def deletion(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event = find_event(request.actor, reference)
    found = find_attribute_of(request.actor, event, attribute_id)
    if request.method == "POST":
        propose_deletion(request.actor, found.id)
        return _proposed(request, event)
    context = {"heading": gettext("Propose deletion"), "event": event, "attribute": found}
    return render(request, "proposals/deletion.html", context)


def _proposed(request: PageRequest, event: EventRow) -> HttpResponse:
    messages.success(request, gettext("Your proposal has been sent to the organisation that owns the event."))
    return redirect("event_proposals", event.id)
