"""Relationships between clusters: add several at once, edit, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import usable_groups
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.models import GalaxyCluster, GalaxyClusterRelation
from vardkase.knowledge.galaxies.services.reach import require_owner
from vardkase.knowledge.taxonomies.queries import suggested_tags
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.web.knowledge.galaxies.edit_form import above_relations, attempt, form_page
from vardkase.web.knowledge.galaxies.forms import RelationForm
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.forms.picker import SHOWN, Names, PickerChoice, Searched
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices
from vardkase.web.ui.undo import say_with_undo

SOURCE, TARGET, TYPE = (
    "galaxy_cluster_uuid",
    "referenced_galaxy_cluster_uuid",
    "referenced_galaxy_cluster_type",
)


@dataclass(frozen=True, slots=True)
class ClusterChoices(Searched):
    """Clusters by uuid."""

    actor: Actor

    def find(self, text: str) -> list[PickerChoice]:
        return [_choice(cluster) for cluster in queries.search_clusters(self.actor, text, limit=SHOWN)]

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        uuids = [value for value in values if UUID_FORM.fullmatch(value)]
        rows = queries.visible_clusters(self.actor).filter(uuid__in=uuids).select_related("galaxy")
        known = {str(cluster.uuid): _choice(cluster) for cluster in rows.order_by("-pk")}
        return [known.get(value.lower(), PickerChoice(value, value)) for value in values]


def _choice(cluster: GalaxyCluster) -> PickerChoice:
    return PickerChoice(str(cluster.uuid), f"{cluster.value} ({title_of(cluster.galaxy)})")


@page(Permission.GALAXY_EDITOR, writes=True)
def create(request: PageRequest, pk: int) -> HttpResponse:
    cluster = queries.find_cluster(request.actor, str(pk))
    require_owner(request.actor, cluster)
    form = form_with_pickers(request, lambda data: _form(request, data, {"distribution": 1}))
    added = attempt(form, lambda: _add(request.actor, cluster, form))
    if added is not None:
        message = ngettext("%(n)s relationship added.", "%(n)s relationships added.", added)
        messages.success(request, message % {"n": thin(added)})
        return redirect("cluster_relations", pk)
    find_url = reverse("relation_choices", args=[pk])
    heading = gettext("Add relationships")
    return form_page(request, form, heading, above_relations(cluster), find_url=find_url)


@page(Permission.GALAXY_EDITOR)
def choices(request: PageRequest, pk: int) -> HttpResponse:
    """What the pickers of both forms find; `pk` is of the cluster that they are on."""
    queries.find_cluster(request.actor, str(pk), deleted=True)
    return found_choices(request, _form(request, None, {}))


@page(Permission.GALAXY_EDITOR, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    relation = queries.find_relation(request.actor, str(pk))
    cluster = relation.galaxy_cluster
    require_owner(request.actor, cluster)
    form = form_with_pickers(request, lambda data: _form(request, data, _stored(relation), is_new=False))
    version = ShownVersion(request, relation)
    saved = attempt(form, lambda: services.edit_relation(request.actor, str(pk), form.wire()), version)
    if saved is not None:
        messages.success(request, gettext("Saved."))
        return redirect("cluster_relations", cluster.pk)
    find_url = reverse("relation_choices", args=[cluster.pk])
    heading = gettext("Edit the relationship")
    return form_page(request, form, heading, above_relations(cluster), version, find_url=find_url)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    relation = queries.find_relation(request.actor, str(pk))
    cluster = relation.galaxy_cluster
    undo = _stored(relation) | {
        SOURCE: str(cluster.uuid),
        TARGET: str(relation.referenced_galaxy_cluster_uuid),
    }
    services.delete_relation(request.actor, str(pk))
    fields = {name: value for name, value in undo.items() if value is not None}
    say_with_undo(request, gettext("The relationship is deleted."), "relation_restore", **fields)
    return redirect("cluster_relations", cluster.pk)


@page(Permission.GALAXY_EDITOR, writes=True)
@require_POST
def restore(request: PageRequest) -> HttpResponse:
    """Undoes `delete`: the relationship is made anew, with the rights of who asks."""
    names = (SOURCE, TARGET, TYPE, "distribution", "sharing_group_id")
    sent = {name: text for name in names if (text := posted.text(request, name))}
    cluster = queries.find_cluster(request.actor, sent.get(SOURCE, ""))
    with errors_shown_as_message(request):
        services.add_relation(request.actor, {**sent, "tags": posted.texts(request, "tags")})
        messages.success(request, gettext("The relationship is restored."))
    return redirect("cluster_relations", cluster.pk)


@transaction.atomic
def _add(actor: Actor, cluster: GalaxyCluster, form: RelationForm) -> int:
    """All or none, as they are one form."""
    for target in form.cleaned_data["targets"]:
        services.add_relation(actor, form.wire() | {SOURCE: str(cluster.uuid), TARGET: target})
    return len(form.cleaned_data["targets"])


def _form(request: PageRequest, data: Any, initial: dict[str, Any], *, is_new: bool = True) -> RelationForm:
    actor = request.actor
    tags = Names(lambda text: suggested_tags(actor, text, SHOWN))
    return RelationForm(
        data,
        groups=usable_groups(actor),
        clusters=ClusterChoices(actor),
        tags=tags,
        is_new=is_new,
        initial=initial,
    )


def _stored(relation: GalaxyClusterRelation) -> dict[str, Any]:
    return {
        TYPE: relation.referenced_galaxy_cluster_type,
        "tags": list(relation.tags),
        "distribution": relation.distribution,
        "sharing_group_id": relation.sharing_group_id,
    }
