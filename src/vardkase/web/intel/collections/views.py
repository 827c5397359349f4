"""Collections: the list, and one with what is in it."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext

from vardkase.intel.collections.models import Collection
from vardkase.intel.collections.queries import find_collection, visible_collections
from vardkase.web.intel.collections.forms import ElementForm
from vardkase.web.intel.collections.presenters import TYPES, element_lines, may_edit
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"name", "modified"}


@page()
def index(request: PageRequest) -> HttpResponse:
    text, scope = searched(request), request.GET.get("scope", "")
    collections = visible_collections(request.actor).filter(
        Q(name__icontains=text) | Q(description__icontains=text)
    )
    context = listed(request, _within(request, collections, scope), SORTS, "name")
    sizes = dict(
        Collection.objects.filter(pk__in=[row.pk for row in context["rows"]])
        .annotate(size=Count("elements"))
        .values_list("pk", "size")
    )
    context["rows"] = [(row, TYPES.get(row.type, row.type), sizes.get(row.pk, 0)) for row in context["rows"]]
    return render(
        request,
        "collections/index.html",
        context | {"tabs": _tabs(request, scope), "q": text, "scope": scope},
    )


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    collection = find_collection(request.actor, pk)
    context = listed(request, collection.elements.all(), {"pk"}, "pk")
    editable = may_edit(request.actor, collection)
    context |= {
        "collection": collection,
        "kind": TYPES.get(collection.type, collection.type),
        "lines": element_lines(request.actor, context["rows"]),
        "may_edit": editable,
        "form": ElementForm(request.actor) if editable else None,
    }
    return render(request, "collections/collection.html", context)


def _within(request: PageRequest, collections: QuerySet[Collection], scope: str) -> QuerySet[Collection]:
    if scope == "ours":
        return collections.filter(orgc_id=request.actor.organisation_id)
    if scope == "mine":
        return collections.filter(orgc_id=request.actor.organisation_id, user_id=request.actor.user_id or 0)
    return collections


def _tabs(request: PageRequest, scope: str) -> list[dict[str, object]]:
    labels = {
        "": pgettext("collections", "All"),
        "ours": pgettext("collections", "Our organisation’s"),
        "mine": pgettext("collections", "Mine"),
    }
    return [
        {"label": label, "url": first_page(request, scope=name or None), "current": name == scope}
        for name, label in labels.items()
    ]
