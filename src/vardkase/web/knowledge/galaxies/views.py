"""Galaxies: the libraries of actors, tools and techniques, and the clusters in each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.cluster_uses import galaxy_uses
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.services.reach import may_create, may_edit
from vardkase.web.knowledge.galaxies.presenters import cluster_rows, galaxy_rows, reach_words, title_of
from vardkase.web.knowledge.library import back_to_list, state_tabs, wanted_state
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

MOST_GALAXIES = 1_000
"""Shown at once: there are a good hundred packaged ones."""
CLUSTERS_FOUND = 20
"""Clusters of all galaxies that a search in the index names."""


@page()
def index(request: PageRequest) -> HttpResponse:
    text, enabled = searched(request), wanted_state(request)
    galaxies = queries.search_galaxies(request.actor, text)
    if enabled is not None:
        galaxies = galaxies.filter(enabled=enabled)
    rows = galaxy_rows(
        galaxies[:MOST_GALAXIES],
        queries.cluster_counts(request.actor),
        galaxy_uses(request.actor),
        request.GET.get("sort", ""),
    )
    found = queries.search_clusters(request.actor, text, limit=CLUSTERS_FOUND) if text else []
    context = {
        "rows": rows,
        "clusters": cluster_rows(request.actor, list(found)),
        "q": text,
        "may_create": may_create(request.actor),
        "default_sort": "title",
        "tabs": state_tabs(request),
        "state": request.GET.get("state", ""),
    }
    return render(request, "galaxies/index.html", context)


@page()
def galaxy(request: PageRequest, uuid: UUID) -> HttpResponse:
    found = queries.find_galaxy(request.actor, str(uuid))
    wanted = request.GET.get("scope", "")
    context = wanted if wanted in queries.CONTEXTS else "all"
    text = searched(request)
    clusters = queries.matching_clusters(request.actor, found, context=context, text=text)
    shown = listed(request, clusters.select_related("galaxy"), {"value", "version"}, "value")
    return render(
        request,
        "galaxies/galaxy.html",
        {
            **shown,
            "galaxy": found,
            "title": title_of(found),
            "may_create": may_create(request.actor),
            "may_edit": may_edit(request.actor, found),
            "reach": reach_words(request.actor, [found]).get(found.pk),
            "total": queries.clusters_of(request.actor, found).count(),
            "rows": cluster_rows(request.actor, shown["rows"]),
            "tabs": _context_tabs(request, context),
            "scope": "" if context == "all" else context,
            "q": text,
        },
    )


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def switch(request: PageRequest, uuid: UUID, enabled: bool) -> HttpResponse:
    found = queries.find_galaxy(request.actor, str(uuid))
    services.set_galaxy_enabled(request.actor, found.pk, enabled=enabled)
    message = gettext("%(name)s is enabled.") if enabled else gettext("%(name)s is disabled.")
    messages.success(request, message % {"name": title_of(found)})
    return back_to_list(request, "galaxies", f"row-{found.pk}")


def _context_tabs(request: PageRequest, current: str) -> list[dict[str, Any]]:
    labels = {
        "all": pgettext("libraries", "All"),
        "default": pgettext("clusters", "Packaged"),
        "custom": pgettext("clusters", "Made by organisations"),
        "org": pgettext("clusters", "Ours"),
        "deleted": pgettext("clusters", "Deleted"),
    }
    return [
        {
            "label": label,
            "url": first_page(request, scope=None if name == "all" else name),
            "current": name == current,
        }
        for name, label in labels.items()
    ]
