"""Warninglists: values that are often false positives, which lists are enabled, and what matches a value."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.warninglists import queries, services
from vardkase.knowledge.warninglists.matching import check_values
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.web.knowledge.library import back_to_list, state_tabs, wanted_state
from vardkase.web.knowledge.warninglists.forms import AddEntriesForm, WarninglistTestForm
from vardkase.web.knowledge.warninglists.labels import CATEGORIES, MATCHES, TYPES
from vardkase.web.ui.forms import posted
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import page_links, wanted_place, wanted_size


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
        "may_switch": _may_change(request),
    }
    return render(request, "warninglists/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    warninglist = queries.find_warninglist(pk)
    return warninglist_page(request, warninglist, AddEntriesForm(None, type_=warninglist.type))


def warninglist_page(request: PageRequest, warninglist: Warninglist, form: AddEntriesForm) -> HttpResponse:
    text = searched(request)
    entries = queries.entry_page(warninglist, text, wanted_place(request), wanted_size(request))
    context = {
        **page_links(request, entries),
        "rows": entries.rows,
        "commented": any(row.comment for row in entries.rows),
        "warninglist": warninglist,
        "type": TYPES.get(warninglist.type, warninglist.type),
        "matches": MATCHES.get(warninglist.type, ""),
        "category": CATEGORIES.get(warninglist.category, warninglist.category),
        "form": form,
        "q": text,
        "may_switch": _may_change(request),
        "may_edit": _may_change(request) and not warninglist.default,
    }
    status = 422 if form.errors else 200
    return render(request, "warninglists/warninglist.html", context, status=status)


@page()
def try_values(request: PageRequest) -> HttpResponse:
    """By POST, so that the values stand in no address."""
    form = WarninglistTestForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        values = form.cleaned_data["values"]
        hits = check_values(values, every=form.cleaned_data["every"])
        context["hits"] = hits.items()
        context["others"] = [value for value in values if value not in hits]
        context["tested"] = len(values)
    return render(request, "warninglists/try_values.html", context, status=422 if form.errors else 200)


@page(Permission.WARNINGLIST, writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    if posted.text(request, "back") == "view":
        services.set_enabled(request.actor, ids=[queries.find_warninglist(pk).pk], enabled=enabled)
        return redirect("warninglist", pk)
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


def _may_change(request: PageRequest) -> bool:
    return request.actor.may(Permission.WARNINGLIST) and request.actor.may_write
