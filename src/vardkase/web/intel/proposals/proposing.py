"""Proposing to the owner of an event a new attribute, a change or a deletion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.proposals.services import propose_attribute, propose_change, propose_deletion
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.web.intel.editing.attributes import stored_fields
from vardkase.web.intel.editing.common import attempt
from vardkase.web.intel.proposals.forms import ProposedAttributeForm
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def attribute(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    form = _form(request, is_new=True, initial={"to_ids": ""})
    if request.method == "POST":
        made = attempt(form, lambda: propose_attribute(request.actor, event.id, form.content()))
        if made is not None:
            return _proposed(request, event)
    context = {"heading": gettext("Propose an attribute"), "event": event, "is_new": True, "form": form}
    return render(request, "proposals/form.html", context)


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def change(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event, found = _attribute_of(request, reference, attribute_id)
    form = _form(request, is_new=False, initial=stored_fields(found), in_object=found.object_id is not None)
    if request.method == "POST":
        made = attempt(form, lambda: propose_change(request.actor, found.id, form.content()))
        if made is not None:
            return _proposed(request, event)
    context = {"heading": gettext("Propose a change"), "event": event, "attribute": found, "form": form}
    return render(request, "proposals/form.html", context)


@page(Permission.ADD, writes=True)
def deletion(request: PageRequest, reference: str, attribute_id: int) -> HttpResponse:
    event, found = _attribute_of(request, reference, attribute_id)
    if request.method == "POST":
        propose_deletion(request.actor, found.id)
        return _proposed(request, event)
    context = {"heading": gettext("Propose deletion"), "event": event, "attribute": found}
    return render(request, "proposals/deletion.html", context)


def _attribute_of(request: PageRequest, reference: str, attribute_id: int) -> tuple[EventRow, AttributeRow]:
    event = find_event(request.actor, reference)
    found = find_attribute(request.actor, attribute_id)
    if found.event_id != event.id:
        raise Http404
    return event, found


def _form(
    request: PageRequest, *, is_new: bool, initial: dict[str, Any], in_object: bool = False
) -> ProposedAttributeForm:
    sent = request.method == "POST"
    return ProposedAttributeForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        actor=request.actor,
        is_new=is_new,
        in_object=in_object,
        initial=initial,
        categories_url=reverse("attribute_categories"),
        groups=(),
    )


def _proposed(request: PageRequest, event: EventRow) -> HttpResponse:
    messages.success(request, gettext("Your proposal has been sent to the organisation that owns the event."))
    return redirect("event_proposals", event.id)
