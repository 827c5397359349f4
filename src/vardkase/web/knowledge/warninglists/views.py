"""Warninglists: values that are often false positives, and which lists are enabled."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.warninglists import queries, services
from vardkase.web.knowledge.library import back_to_list, state_tabs, wanted_state
from vardkase.web.ui.forms import posted
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page

CATEGORIES = {
    "false_positive": pgettext_lazy("warninglist", "False positives"),
    "known": pgettext_lazy("warninglist", "Well-known"),
}
TYPES = {
    "cidr": pgettext_lazy("warninglist", "Networks"),
    "hostname": pgettext_lazy("warninglist", "Host names"),
    "regex": pgettext_lazy("warninglist", "Patterns"),
    "string": pgettext_lazy("warninglist", "Whole values"),
    "substring": pgettext_lazy("warninglist", "Parts of values"),
}


@page()
def index(request: PageRequest) -> HttpResponse:
    lists = queries.search_warninglists(searched(request), enabled=wanted_state(request)).order_by("name")
    context = {
        "rows": [
            (
                warninglist,
                TYPES.get(warninglist.type, warninglist.type),
                CATEGORIES.get(warninglist.category, warninglist.category),
            )
            for warninglist in lists
        ],
        "q": searched(request),
        "state": request.GET.get("state", ""),
        "tabs": state_tabs(request),
        "may_switch": request.actor.may(Permission.WARNINGLIST) and request.actor.may_write,
    }
    return render(request, "warninglists/index.html", context)


@page(Permission.WARNINGLIST, writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    return _switch(request, [pk], enabled, f"row-{pk}")


@page(Permission.WARNINGLIST, writes=True)
@require_POST
def switch_several(request: PageRequest, enabled: bool) -> HttpResponse:
    chosen = posted.numbers(request, "pk")
    return _switch(request, chosen, enabled)


def _switch(request: PageRequest, ids: Sequence[int], enabled: bool, row: str = "") -> HttpResponse:
    count = services.set_enabled(request.actor, ids=ids, enabled=enabled)
    if not count:
        raise Http404(gettext("Warninglist not found."))
    if enabled:
        message = ngettext("%(n)s warninglist is enabled.", "%(n)s warninglists are enabled.", count)
    else:
        message = ngettext("%(n)s warninglist is disabled.", "%(n)s warninglists are disabled.", count)
    messages.success(request, message % {"n": count})
    return back_to_list(request, "warninglists", row)
