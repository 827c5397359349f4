"""Common parts of the editing pages: the event, the audience of its distribution levels, and saving with form
errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import usable_groups
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import ChangedMeanwhile, NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.misp.time import seen_moment
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.forms.reach import reach_counts
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.picker_views import searched_for
from vardkase.web.ui.undo import say_with_undo


def own_event(
    actor: Actor, reference: str, may: Callable[[Actor, EventRow], bool] = rules.may_modify_event
) -> EventRow:
    """The event, if the actor may change it. Raises NotFound (hidden) or NotOwned (read-only)."""
    event = find_event(actor, reference)
    if not may(actor, event):
        raise NotOwned
    return event


def reach_context(actor: Actor, form: forms.Form) -> dict[str, Any]:
    return {"form": form, "counts": reach_counts(actor), "groups": getattr(form, "groups", ())}


def group_options(actor: Actor) -> dict[str, Any]:
    return {"groups": usable_groups(actor)}


def attempt[T](form: forms.Form, act: Callable[[], T]) -> T | None:
    """The result of `act` for a valid form; None, with errors added, if the form or the service refuses."""
    if not form.is_valid():
        return None
    try:
        return act()
    except Invalid as refused:
        take_errors(form, refused)
        return None


def attempt_unchanged[T](form: forms.Form, act: Callable[[], T]) -> tuple[T | None, bool]:
    """As `attempt`, and whether someone else has changed what the form shows since it was opened."""
    try:
        return attempt(form, act), False
    except ChangedMeanwhile:
        return None, True


def form_page(
    request: PageRequest,
    template: str,
    form: forms.Form,
    context: dict[str, Any],
    *,
    has_conflict: bool = False,
) -> HttpResponse:
    full = {**context, **reach_context(request.actor, form), **searched_for(request)}
    return render(request, template, full, status=409 if has_conflict else 200)


def moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else seen_moment(microseconds)


def reach_of_review(request: PageRequest) -> dict[str, str] | None:
    """The distribution chosen on the page that publishes, which led here and is returned to; None from elsewhere."""
    sent = posted.fields(request) if request.method == "POST" else request.GET
    return reach_in(sent) if sent.get("back") == "publish" else None


def reach_in(sent: Mapping[str, str]) -> dict[str, str]:
    """The distribution and sharing group named in a form or address."""
    chosen = {name: sent.get(name, "") for name in ("distribution", "sharing_group_id")}
    return {name: text for name, text in chosen.items() if text.isdecimal()}


def review_address(event_id: int, reach: dict[str, str]) -> str:
    return f"{reverse('event_publish', args=[event_id])}?{urlencode(reach)}#chk"


def back_to(request: PageRequest, event_id: int, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return redirect("event", event_id)


def kept_mark(request: PageRequest, current: str, *, has_conflict: bool) -> str:
    """The token of what a form shows: one that was refused keeps its own, or what others changed meanwhile would be
    overwritten.
    """
    return (not has_conflict and posted.text(request, "mark")) or current


def say_undoable(
    request: PageRequest, event: EventRow, said: str, point: int | None, further: dict[str, str] | None = None
) -> None:
    """With a button that takes the change back, if it changed anything."""
    if point is None:
        messages.success(request, said)
        return
    fields = {"point": str(point), "filter": posted.text(request, "filter"), **(further or {})}
    say_with_undo(request, said, "attributes_undo", event.id, **fields)
