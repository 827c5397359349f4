"""What an open page of an event asks for all the time: whether others have changed it meanwhile."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.core.errors import NotFound
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.last_version import find_last_version
from vardkase.web.intel.events.columns import LARGE, shown_columns
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.intel.events.shell import mark_of
from vardkase.web.intel.events.table import count_context, facets_context
from vardkase.web.ui.pages import PageRequest, page

BEING_CHANGED = 205
"""The page is to be loaded anew: it shows the last version from now on."""


@page()
def news(request: PageRequest, reference: str) -> HttpResponse:
    """Nothing while the event is as `?seen=` names it; else its head, and the numbers around the table.

    Its rows come by `rows`.
    """
    try:
        event = find_event(request.actor, reference)
    except NotFound:
        find_last_version(request.actor, reference)
        return HttpResponse(status=BEING_CHANGED)
    if request.GET.get("seen") == mark_of(event):
        return HttpResponse(status=204)
    shell = shell_of(request.actor, reference)
    is_large = shell.attribute_count > LARGE
    context = {**shell_context(shell, "event"), **count_context(request, shell), "facets_come": is_large}
    if not is_large:
        context |= facets_context(request, shell)
    context["keys"] = shown_columns(request.actor, shell.event.id, is_large=is_large).keys
    return render(request, "events/attributes.html#news", context)
