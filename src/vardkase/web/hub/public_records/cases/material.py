"""Finding the material of a case in what its authority had, and copying it into the case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.models import CaseItem
from vardkase.hub.public_records.cases.services import material
from vardkase.hub.public_records.release.items import ItemKind
from vardkase.misp.flags import as_int
from vardkase.web.hub.public_records.cases.presenters import is_unanswered
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

MOST_SHOWN = 500


@page(allowed_while_suspended=True)
def search(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    start = min(as_int(request.GET.get("start", "")) or 0, 100_000)
    found = material.search(request.actor, number, searched(request), start)
    held = set(case.items.values_list("reference", flat=True).distinct())
    context: dict[str, Any] = {
        "case": case,
        "rows": [(row, row.reference in held) for row in found[: material.A_PAGE]],
        "newer": with_query(request, start=str(max(0, start - material.A_PAGE))) if start else "",
        "older": with_query(request, start=str(start + material.A_PAGE))
        if len(found) > material.A_PAGE
        else "",
        "q": searched(request),
        "items": queries.items_of_case(case)[:MOST_SHOWN],
        "item_count": case.items.count(),
        "unanswered": is_unanswered(case),
    }
    return render(request, "cases/material.html", context)


@page(allowed_while_suspended=True)
def version(request: PageRequest, number: str, reference: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    if request.method == "POST":
        with errors_shown_as_message(request):
            everything = posted.flag(request, "all")
            keys = (
                [item.key for item in material.parts(request.actor, number, reference).items]
                if everything
                else posted.texts(request, "key")
            )
            count = material.freeze(request.actor, number, reference, keys)
            words = ngettext("%(n)s item was copied.", "%(n)s items were copied.", count) % {"n": count}
            messages.success(request, words)
            return redirect("records_material", number)
    found = material.parts(request.actor, number, reference)
    held = set(case.items.filter(reference=reference).values_list("key", flat=True))
    context = {
        "case": case,
        "version": found.version,
        "rows": [
            {
                "item": item,
                "kind": ItemKind(item.kind).label,
                "title": material.title_of(item),
                "file": found.files.get(item.key, ("", ""))[0],
                "held": item.key in held,
            }
            for item in found.items[:MOST_SHOWN]
        ],
        "more": max(0, len(found.items) - MOST_SHOWN),
    }
    return render(request, "cases/version.html", context)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def remove(request: PageRequest, number: str) -> HttpResponse:
    with errors_shown_as_message(request):
        count = material.remove(request.actor, number, posted.numbers(request, "pk"))
        words = ngettext("%(n)s item was removed.", "%(n)s items were removed.", count) % {"n": count}
        messages.success(request, words)
    return redirect("records_material", number)


@page(allowed_while_suspended=True)
def item(request: PageRequest, number: str, pk: int) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    found = _find(case.items.all(), pk)
    return render(request, "cases/item.html", {"case": case, "item": found})


@page(allowed_while_suspended=True)
def item_file(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    return file_of_item(_find(queries.find_case(request.actor, number).items.all(), pk))


def file_of_item(item: CaseItem) -> HttpResponseBase:
    if item.file is None:
        raise Http404
    return download([bytes(item.file)], item.file_name, "application/octet-stream")


def _find(rows: Any, pk: int) -> CaseItem:
    found: CaseItem | None = rows.filter(pk=pk).select_related("assessment").first()
    if found is None:
        raise Http404
    return found
