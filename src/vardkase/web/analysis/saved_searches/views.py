"""Saved searches: the list, saving one from a page, opening, changing, copying and deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.analysis.saved_searches import services
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind, SharedWith
from vardkase.analysis.saved_searches.queries import find_saved_search, mark_of, saved_searches
from vardkase.analysis.saved_searches.rules import LISTS, SCOPES, may_change
from vardkase.core.errors import Forbidden
from vardkase.web.analysis.saved_searches.forms import SavedSearchForm, read_filters, written
from vardkase.web.analysis.saved_searches.presenters import conditions, listed_search, opening_address
from vardkase.web.analysis.search.advanced import asked
from vardkase.web.analysis.search.asked import asked_list
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page
from vardkase.web.ui.undo import say_with_undo

SORTS = {"name", "changed"}
VIEWS = {
    "mine": SharedWith.NOBODY,
    "ours": SharedWith.ORGANISATION,
    "everyone": SharedWith.EVERYONE,
}


@page()
def index(request: PageRequest) -> HttpResponse:
    text, view = searched(request), request.GET.get("view", "")
    searches = saved_searches(request.actor).filter(name__icontains=text)
    if view == "mine":
        searches = searches.filter(user_id=request.actor.user_id or 0)
    elif view in VIEWS:
        searches = searches.filter(shared_with=VIEWS[view])
    context = listed(request, searches, SORTS, "name")
    context["rows"] = [listed_search(request.actor, search) for search in context["rows"]]
    return render(
        request, "saved_searches/index.html", {**context, "q": text, "views": _views(request, view)}
    )


@page()
def open_search(request: PageRequest, pk: int) -> HttpResponse:
    return redirect(opening_address(request, find_saved_search(request.actor, pk)))


@page(writes=True)
def create(request: PageRequest) -> HttpResponse:
    """Save the search of the page that led here, or with `copy` another saved one under a new name."""
    if request.method == "POST":
        return _write(request, None, {})
    if request.GET.get("copy"):
        original = find_saved_search(request.actor, request.GET["copy"])
        name = gettext("Copy of %(name)s") % {"name": original.name}
        initial = {"name": name[: services.LONGEST_NAME], "description": original.description}
        return _write(request, None, {**initial, "kind": original.kind, "filters": written(original.filters)})
    return _write(request, None, _asked_here(request))


@page(writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change name, description and sharing; if a page led here with another search, also what it looks for."""
    search = find_saved_search(request.actor, pk)
    if not may_change(request.actor, search):
        raise Forbidden
    initial = {name: getattr(search, name) for name in ("name", "description", "shared_with", "kind")}
    initial |= {"filters": written(search.filters), "mark": mark_of(search)}
    if request.method != "POST" and "kind" in request.GET:
        initial |= _asked_here(request)
    return _write(request, search, initial)


@page(writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    search = find_saved_search(request.actor, pk)
    if not may_change(request.actor, search):
        raise Forbidden
    if request.method != "POST":
        words = gettext("Those it is shared with can no longer open it, and subscriptions to it end.")
        return confirm_page(request, gettext("Delete saved search"), _parents(), words, things=[search.name])
    services.delete_search(request.actor, pk)
    say_with_undo(request, gettext("The saved search has been deleted."), "saved_search_restore", pk)
    return redirect("saved_searches")


@page(writes=True)
def restore(request: PageRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        raise Http404
    with errors_shown_as_message(request):
        services.restore_search(request.actor, pk)
        messages.success(request, gettext("The saved search is back."))
    return redirect("saved_searches")


def _write(request: PageRequest, search: SavedSearch | None, initial: dict[str, Any]) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    shared_with = search.shared_with if search else SharedWith.NOBODY
    form = SavedSearchForm(request.actor, shared_with, sent, initial={"shared_with": shared_with, **initial})
    if form.is_valid():
        data = dict(form.cleaned_data)
        mark = data.pop("mark")
        with errors_shown_in(form):
            if search is None:
                search = services.save_search(request.actor, data)
            else:
                services.change_search(request.actor, search.pk, data, mark)
            messages.success(request, gettext("Saved."))
            return redirect("saved_search", search.pk)
    heading = gettext("Edit saved search") if search else gettext("Save search")
    return edit_page(request, form, heading, _parents(), intro=_looked_for(form))


def _looked_for(form: SavedSearchForm) -> str:
    """What will be saved, in words."""
    kind, filters = form["kind"].value(), form["filters"].value()
    if kind not in SearchKind.values:
        return ""
    try:
        asked_for = read_filters(filters or "")
    except ValueError:
        return ""
    if not isinstance(asked_for, dict):
        return ""
    words = "; ".join(conditions(kind, asked_for))
    return gettext("It looks for: %(conditions)s") % {"conditions": words} if words else ""


def _asked_here(request: PageRequest) -> dict[str, Any]:
    """The search that the address repeats of the page that led here. Raises Http404 if it has none."""
    kind = request.GET.get("kind", "")
    if kind in SCOPES:
        question = asked(request)
        if question.search is None:
            raise Http404
        return {"kind": question.scope.value, "filters": written(question.filters)}
    if kind not in LISTS:
        raise Http404
    filters = {name: request.GET[name] for name in LISTS[kind] if request.GET.get(name)}
    if kind == SearchKind.VALUES and "list" in request.GET:
        if (values := asked_list(request)) is None:
            raise Http404  # The list is no longer kept.
        filters["q"] = "\n".join(values.texts)
    return {"kind": kind, "filters": written(filters)}


def _views(request: PageRequest, current: str) -> list[dict[str, Any]]:
    words = {
        "": gettext("All"),
        "mine": gettext("Mine"),
        "ours": gettext("Ours"),
        "everyone": gettext("For everyone"),
    }
    return [
        {"label": word, "url": first_page(request, view=view or None), "current": view == current}
        for view, word in words.items()
    ]


def _parents() -> list[Crumb]:
    return [(gettext("Saved searches"), reverse("saved_searches"))]
