"""What is done with many tasks of the inbox at once: confirmed first, with a result for each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vardkase.hub.office.inbox import bulk
from vardkase.hub.office.staff import DESKS
from vardkase.web.hub.office.inbox import chosen_tasks
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page


@require_POST
@page(writes=True, staff=DESKS)
def act(request: PageRequest) -> HttpResponse:
    name, keys = posted.text(request, "act"), chosen_tasks(request)
    with errors_shown_as_message(request):
        made = bulk.plan(request.actor, name, keys)
        if not posted.text(request, "confirmed"):
            context = {"plan": made, "keys": [f"{kind}/{reference}" for kind, reference in keys]}
            return render(request, "office/bulk_confirm.html", context)
        results = bulk.carry_out(request.actor, name, keys)
        done = sum(1 for each in results if each.refusal is None)
        return render(request, "office/bulk_results.html", {"plan": made, "results": results, "done": done})
    return redirect("inbox")
