"""Editing an event's own fields: add, edit, delete."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.deletion import delete_event
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.version_tokens import event_mark
from vardkase.intel.queries.versions import Keepers, holders, keepers
from vardkase.intel.rules import may_delete_event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.optimistic_edit import edit_unchanged_event
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.editing.common import (
    attempt,
    attempt_unchanged,
    back_to,
    form_page,
    group_options,
    kept_mark,
    own_event,
)
from vardkase.web.intel.editing.forms.event import EventForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.reach import ReachForm
from vardkase.web.ui.forms.versions import differences
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers


@page(Permission.ADD, writes=True)
def create(request: PageRequest) -> HttpResponse:
    form = _form(
        request,
        is_new=True,
        initial={
            "distribution": settings.VARDKASE_DEFAULT_EVENT_DISTRIBUTION,
            "threat_level_id": 4,
            "analysis": 0,
        },
    )
    if request.method == "POST":
        made = attempt(form, lambda: add_event(request.actor, form.document()))
        if made is not None:
            return back_to(request, made.event_id, gettext("Event created. It is not published yet."))
    context = {"heading": gettext("New event"), "is_new": True}
    return form_page(request, "editing/event_form.html", form, context)


@page(Permission.ADD, writes=True)
def edit(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    form = _form(request, is_new=False, initial=_stored(request, event))
    conflict = False
    if request.method == "POST":
        mark = posted.text(request, "mark")
        saved, conflict = attempt_unchanged(
            form, lambda: edit_unchanged_event(request.actor, event.id, form.document(), mark)
        )
        if saved is not None:
            return back_to(request, event.id, gettext("Event updated."))
    context = {
        "heading": gettext("Edit event"),
        "event": event,
        "mark": kept_mark(request, event_mark(event.id), has_conflict=conflict),
        "conflict": differences(form) if conflict else [],
        "keepers": _keepers(request, event),
        "has_versions": bool(holders(request.actor, event)),
    }
    return form_page(request, "editing/event_form.html", form, context, has_conflict=conflict)


@page(Permission.ADD, writes=True)
def delete(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference, may_delete_event)
    if request.method != "POST":
        context = {
            "heading": gettext("Delete event"),
            "event": event,
            "keepers": keepers(request.actor, event, Distribution.ORGANISATION, None),
        }
        return render(request, "editing/event_delete.html", context)
    delete_event(request.actor, event.id)
    messages.success(request, gettext("Event deleted: %(title)s") % {"title": event.info})
    return redirect("events")


def _keepers(request: PageRequest, event: EventRow) -> Keepers:
    """Who would keep a published version at the distribution that is being chosen."""
    sent = posted.fields(request) if request.method == "POST" else request.GET
    chosen = ReachForm(sent, **group_options(request.actor))
    if not chosen.is_valid():
        return keepers(request.actor, event, event.distribution, event.sharing_group_id)
    reach = chosen.reach()
    return keepers(request.actor, event, reach["distribution"], reach["sharing_group_id"])


def _form(request: PageRequest, *, is_new: bool, initial: dict[str, Any]) -> EventForm:
    groups = group_options(request.actor)
    return form_with_pickers(
        request,
        lambda data: EventForm(data, actor=request.actor, is_new=is_new, initial=initial, **groups),
    )


def _stored(request: PageRequest, event: EventRow) -> dict[str, Any]:
    row = index_rows(request.actor, [event.id])[0]
    names = ("info", "date", "threat_level_id", "analysis", "distribution", "disable_correlation")
    stored = {name: getattr(row, name) for name in names}
    return stored | {"sharing_group_id": event.sharing_group_id, "extends_uuid": event.extends_uuid or ""}
