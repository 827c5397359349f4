"""Taxonomies: which ones the hub offers, and which it requires."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.taxonomies import queries, services
from vardkase.web.knowledge.library import back_to_list, state_tabs, wanted_state
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page

MOST_TAGS = 500
"""Tags shown of one taxonomy; the search finds the others."""


@page()
def index(request: PageRequest) -> HttpResponse:
    counts = queries.taxonomy_counts(searched(request), enabled=wanted_state(request))
    rows = sorted(counts, key=lambda row: row.taxonomy.namespace.lower())
    context = {
        "rows": rows,
        "q": searched(request),
        "tabs": state_tabs(request),
        "state": request.GET.get("state", ""),
    }
    return render(request, "taxonomies/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    taxonomy = queries.find_taxonomy(str(pk))
    text = searched(request).lower()
    entries = queries.taxonomy_entries(taxonomy)
    matching = [
        entry for entry in entries if text in f"{entry.tag} {entry.expanded} {entry.description}".lower()
    ]
    context = {
        "taxonomy": taxonomy,
        "entries": matching[:MOST_TAGS],
        "found": len(matching),
        "total": len(entries),
        "q": searched(request),
    }
    return render(request, "taxonomies/taxonomy.html", context)


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def switch(request: PageRequest, pk: int, enabled: bool) -> HttpResponse:
    taxonomy = services.set_enabled(request.actor, pk, enabled=enabled)
    message = gettext("%(name)s is enabled.") if enabled else gettext("%(name)s is disabled.")
    messages.success(request, message % {"name": taxonomy.namespace})
    return back_to_list(request, "taxonomies", f"row-{pk}")


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def require(request: PageRequest, pk: int, required: bool) -> HttpResponse:
    taxonomy = services.set_required(request.actor, pk, required=required)
    message = gettext("%(name)s is required.") if required else gettext("%(name)s is no longer required.")
    messages.success(request, message % {"name": taxonomy.namespace})
    return back_to_list(request, "taxonomies", f"row-{pk}")
