"""What an open page of an event asks for all the time: whether others have changed it meanwhile."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.intel.queries.find import find_event
from vardkase.web.intel.events.shell import mark_of
from vardkase.web.intel.events.table import bare_shell, late_context
from vardkase.web.ui.pages import PageRequest, page


@page()
def news(request: PageRequest, reference: str) -> HttpResponse:
    """Nothing while the event is as `?seen=` names it; else the numbers around the table. Its rows come by `rows`."""
    if request.GET.get("seen") == mark_of(find_event(request.actor, reference)):
        return HttpResponse(status=204)
    context = late_context(request, bare_shell(request, reference))
    return render(request, "events/attributes.html#news", context)
