"""Clusters that organisations make: create, fork, edit, publish, delete, restore."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import usable_groups
from vardkase.intel.errors import PublicationStopped
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.knowledge.galaxies.services.reach import require_editor
from vardkase.web.knowledge.galaxies.edit_form import above_clusters, above_relations, attempt, form_page
from vardkase.web.knowledge.galaxies.forms import ClusterForm, JsonForm
from vardkase.web.ui.edit_page import confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

EDITED = ("value", "description", "source", "authors", "distribution", "sharing_group_id")
SPARE_ROWS = 6
"""Empty rows for new elements."""

type Pairs = Sequence[tuple[str, str]]


@page(Permission.GALAXY_EDITOR, writes=True)
def create(request: PageRequest, uuid: UUID) -> HttpResponse:
    galaxy = queries.find_galaxy(request.actor, str(uuid))
    fork = request.GET.get("fork", "")
    parent = queries.find_cluster(request.actor, fork) if fork else None
    initial = {"distribution": 1}
    if parent:
        initial |= {name: getattr(parent, name) for name in ("value", "description", "source", "authors")}
    form = ClusterForm(request.POST or None, groups=usable_groups(request.actor), initial=initial)
    pairs = _elements(request, parent)
    cluster = attempt(
        form, lambda: services.add_cluster(request.actor, galaxy, form.wire(pairs), fork_of=fork)
    )
    if cluster is not None:
        messages.success(
            request, gettext("The cluster has been created. Other hubs get it once it is published.")
        )
        return redirect("cluster", cluster.pk)
    heading = gettext("Fork %(name)s") % {"name": parent.value} if parent else gettext("New cluster")
    parents = above_relations(parent) if parent else above_clusters(galaxy)
    return form_page(
        request, form, heading, parents, **_rows(galaxy, pairs), save=gettext("Create the cluster")
    )


@page(Permission.GALAXY_EDITOR, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    cluster = queries.find_cluster(request.actor, str(pk), deleted=True)
    require_editor(request.actor, cluster)
    stored = {name: getattr(cluster, name) for name in EDITED}
    form = ClusterForm(request.POST or None, groups=usable_groups(request.actor), initial=stored)
    pairs, version = _elements(request, cluster), ShownVersion(request, cluster)
    if attempt(form, lambda: services.edit_cluster(request.actor, cluster.pk, form.wire(pairs)), version):
        messages.success(request, gettext("Saved. Other hubs get the change once it is published."))
        return redirect("cluster", cluster.pk)
    heading, rows = gettext("Edit the cluster"), _rows(cluster.galaxy, pairs)
    return form_page(request, form, heading, above_relations(cluster), version, **rows)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def publish(request: PageRequest, pk: int, published: bool) -> HttpResponse:
    found = queries.find_cluster(request.actor, str(pk))
    act = services.publish_cluster if published else services.unpublish_cluster
    try:
        act(request.actor, found.pk)
    except PublicationStopped as refused:
        messages.error(request, str(refused))
        return redirect("cluster", pk)
    said = (
        gettext("The cluster is published.") if published else gettext("The cluster is no longer published.")
    )
    say_with_undo(request, said, "cluster_unpublish" if published else "cluster_publish", pk)
    return redirect("cluster", pk)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_cluster(request.actor, str(pk))
    services.delete_cluster(request.actor, found.pk, hard=False)
    say_with_undo(request, gettext("The cluster is deleted."), "cluster_restore", pk)
    return redirect("cluster", pk)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def restore(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_cluster(request.actor, str(pk), deleted=True)
    services.restore_cluster(request.actor, found.pk)
    messages.success(
        request, gettext("The cluster is restored. It has to be published again for other hubs.")
    )
    return redirect("cluster", pk)


@page(Permission.GALAXY_EDITOR, writes=True)
def erase(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_cluster(request.actor, str(pk), deleted=True)
    if request.method == "POST":
        services.delete_cluster(request.actor, found.pk, hard=True)
        messages.success(request, gettext("%(name)s is deleted.") % {"name": found.value})
        return redirect("galaxy", found.galaxy.uuid)
    words = gettext(
        "The cluster is deleted for good, and its UUID is put on the blocklist so that it does not come back "
        "from other hubs. Tags on events stay, without their cluster."
    )
    return confirm_page(request, gettext("Delete for good"), above_relations(found), words)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def update(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_cluster(request.actor, str(pk))
    with errors_shown_as_message(request):
        services.update_from_parent(request.actor, found.pk)
        messages.success(request, gettext("The parent’s new elements have been added."))
    return redirect("cluster", pk)


@page(Permission.GALAXY_EDITOR, writes=True)
def add_elements(request: PageRequest, pk: int) -> HttpResponse:
    cluster = queries.find_cluster(request.actor, str(pk))
    require_editor(request.actor, cluster)
    form = JsonForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.add_flattened(request.actor, str(pk), _decoded(form.cleaned_data["json"]))
            messages.success(request, gettext("The elements have been added."))
            return redirect("cluster", pk)
    return edit_page(request, form, gettext("Add elements from JSON"), above_relations(cluster))


def _decoded(text: str) -> object:
    try:
        return json_limits.decoded(text)
    except ValueError:
        raise Invalid({"json": [GalaxyClusterProblem.NOT_JSON()]}) from None


def _elements(request: PageRequest, stored: GalaxyCluster | None) -> Pairs:
    if request.method != "POST":
        return list(stored.elements.order_by("pk").values_list("key", "value")) if stored else []
    rows = zip(posted.texts(request, "key"), posted.texts(request, "element"), strict=False)
    # A row with one of the two is kept: the service says what is missing.
    return [(key.strip(), value.strip()) for key, value in rows if key.strip() or value.strip()]


def _rows(galaxy: Galaxy, pairs: Pairs) -> dict[str, Any]:
    tabs = galaxy.kill_chain_order or {}
    places = [f"{tab}:{column}" for tab, columns in tabs.items() for column in columns]
    return {"elements": [*pairs, *[("", "")] * SPARE_ROWS], "has_elements": True, "places": places}
