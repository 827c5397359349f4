"""Delegation: asking another organisation to take over an event, and answering such requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.core.mail.services import TooManyMessages
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import require_index
from vardkase.intel.errors import PublicationRefused
from vardkase.intel.event_delegations import services
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES
from vardkase.intel.event_delegations.queries import ISSUED, PENDING, delegation_page, find_delegation
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.editing.common import attempt, form_page, group_options, own_event
from vardkase.web.intel.event_delegations.forms import DelegationForm
from vardkase.web.intel.event_delegations.presenters import ShownDelegation, request_tabs
from vardkase.web.ui.forms.reach import ReachForm
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size


@page()
def every(request: PageRequest) -> HttpResponse:
    is_made = request.GET.get("show") == "made"
    found = delegation_page(
        request.actor, ISSUED if is_made else PENDING, wanted_place(request), wanted_size(request)
    )
    context = {
        "heading": pgettext("navigation", "Requests"),
        "is_made": is_made,
        "tabs": request_tabs("out" if is_made else "in"),
        "delegations": [ShownDelegation(request.actor, one) for one in found.rows],
        **page_links(request, found),
    }
    return render(request, "event_delegations/every.html", context)


@page(Permission.DELEGATE, writes=True)
def create(request: PageRequest, reference: str) -> HttpResponse:
    services.require_delegation()
    # The form lists the organisations, which may be hidden from the actor.
    require_index(request.actor)
    event = own_event(request.actor, reference)
    heading = gettext("Ask another organisation to take over the event")
    if refused := services.why_not_delegated(event):
        context = {"heading": heading, "event": event, "refused": refused}
        return render(request, "event_delegations/refused.html", context)
    data = request.POST if request.method == "POST" else None
    form = DelegationForm(data, actor=request.actor, **group_options(request.actor))
    if request.method == "POST":
        try:
            made = attempt(form, lambda: services.delegate_event(request.actor, event.id, form.document()))
        except (PublicationRefused, Conflict, TooManyMessages) as refused:
            made = None
            form.add_error(None, str(refused))
        if made is not None:
            messages.success(request, gettext("The request has been sent."))
            return redirect("event", event.id)
    context = {"heading": heading, "event": event, "form": form}
    return render(request, "event_delegations/form.html", context)


@page(Permission.ADD, writes=True)
def accept(request: PageRequest, delegation_id: int) -> HttpResponse:
    """Ask for the distribution if the request leaves it open, and say what happens."""
    delegation = find_delegation(request.actor, delegation_id)
    decides = delegation.distribution == RECIPIENT_DECIDES
    form = _acceptance(request, decides=decides)
    if request.method == "POST":
        decided: dict[str, Any] = form.reach() if isinstance(form, ReachForm) and form.is_valid() else {}
        event = attempt(form, lambda: services.accept_delegation(request.actor, delegation.pk, decided))
        if event is not None:
            messages.success(request, gettext("The event is yours now. Publish it when it is ready."))
            return redirect("event", event.pk)
    context = {
        "heading": gettext("Take over the event"),
        "event": delegation.event,
        "asked": ShownDelegation(request.actor, delegation),
        "decides": decides,
    }
    return form_page(request, "event_delegations/accept.html", form, context)


@page(Permission.ADD, writes=True)
@require_POST
def decline(request: PageRequest, delegation_id: int) -> HttpResponse:
    """Decline the request, or withdraw it if it is one's own."""
    delegation = find_delegation(request.actor, delegation_id)
    services.delete_delegation(request.actor, delegation.pk)
    if delegation.requester_org_id == request.actor.organisation_id:
        messages.success(request, gettext("The request has been withdrawn."))
        return redirect("event", delegation.event_id)
    messages.success(request, gettext("The request has been declined."))
    return redirect("delegations")


def _acceptance(request: PageRequest, *, decides: bool) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if not decides:
        return forms.Form(data)
    return ReachForm(
        data, initial={"distribution": Distribution.ORGANISATION}, **group_options(request.actor)
    )
