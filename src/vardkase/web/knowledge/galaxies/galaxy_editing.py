"""Galaxies that organisations make: create, edit, delete."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import usable_groups
from vardkase.knowledge.galaxies import queries, services
from vardkase.knowledge.galaxies.services.reach import require_editor
from vardkase.web.knowledge.galaxies.edit_form import above_clusters, above_galaxy, attempt, form_page
from vardkase.web.knowledge.galaxies.forms import GalaxyForm
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page

EDITED = ("name", "description", "namespace", "kill_chain_order", "distribution", "sharing_group_id")


@page(Permission.GALAXY_EDITOR, writes=True)
def create(request: PageRequest) -> HttpResponse:
    groups = usable_groups(request.actor)
    form = GalaxyForm(request.POST or None, groups=groups, is_new=True, initial={"distribution": 1})
    galaxy = attempt(form, lambda: services.add_galaxy(request.actor, form.wire()))
    if galaxy is not None:
        messages.success(request, gettext("The galaxy has been created. Add its first cluster."))
        return redirect("galaxy", galaxy.uuid)
    save = gettext("Create the galaxy")
    return form_page(request, form, gettext("New galaxy"), above_galaxy(), save=save)


@page(Permission.GALAXY_EDITOR, writes=True)
def edit(request: PageRequest, uuid: UUID) -> HttpResponse:
    galaxy = queries.find_galaxy(request.actor, str(uuid))
    require_editor(request.actor, galaxy)
    stored = {name: getattr(galaxy, name) for name in EDITED}
    form = GalaxyForm(request.POST or None, groups=usable_groups(request.actor), is_new=False, initial=stored)
    version = ShownVersion(request, galaxy)
    if attempt(form, lambda: services.edit_galaxy(request.actor, galaxy.pk, form.wire()), version):
        messages.success(request, gettext("Saved."))
        return redirect("galaxy", galaxy.uuid)
    return form_page(request, form, gettext("Edit the galaxy"), above_clusters(galaxy), version)


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, uuid: UUID) -> HttpResponse:
    galaxy = queries.find_galaxy(request.actor, str(uuid))
    if request.method == "POST":
        services.delete_galaxy(request.actor, galaxy.pk)
        messages.success(request, gettext("%(name)s is deleted.") % {"name": title_of(galaxy)})
        return redirect("galaxies")
    count = queries.clusters_of(request.actor, galaxy).count()
    words = ngettext(
        "The galaxy and its %(n)s cluster are deleted for good. Tags on events stay, without their cluster.",
        "The galaxy and its %(n)s clusters are deleted for good. Tags on events stay, without their cluster.",
        count,
    )
    if galaxy.default:
        words += " " + gettext("It comes back with the next update of the packaged galaxies.")
    return confirm_page(
        request, gettext("Delete the galaxy"), above_clusters(galaxy), words % {"n": thin(count)}
    )
