"""The page of a form with a distribution, and what a service refuses in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Invalid
from vardkase.intel.errors import PublicationStopped
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.edit_page import Crumb
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.forms.reach import ReachForm, reach_counts
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.picker_views import searched_for


def attempt[T](form: ReachForm, act: Callable[[], T], version: ShownVersion | None = None) -> T | None:
    """The result of `act` for a valid form; None, with the reason in the form, if it or the service refuses.

    Markings that must not be shared are reported in the form too, so that what was written is not lost.
    """
    if not form.is_valid():
        return None
    try:
        with version.saving(form) if version else nullcontext():
            return act()
    except (Invalid, Conflict) as refused:
        take_errors(form, refused)
    except PublicationStopped as refused:
        form.add_error(None, str(refused))
    return None


def form_page(
    request: PageRequest,
    form: ReachForm,
    heading: str,
    parents: Sequence[Crumb],
    version: ShownVersion | None = None,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "crumbs": [*({"label": label, "url": url} for label, url in parents), {"label": heading, "url": ""}],
        "back": parents[-1][1],
        "counts": reach_counts(request.actor),
        "groups": form.groups,
        "version": version,
        **searched_for(request),
        **more,
    }
    status = version.status(form) if version else 422 if form.errors else 200
    return render(request, "galaxies/form.html", context, status=status)


def above_galaxy() -> list[Crumb]:
    return [(gettext("Galaxies"), reverse("galaxies"))]


def above_clusters(galaxy: Galaxy) -> list[Crumb]:
    return [*above_galaxy(), (title_of(galaxy), reverse("galaxy", args=[galaxy.uuid]))]


def above_relations(cluster: GalaxyCluster) -> list[Crumb]:
    return [*above_clusters(cluster.galaxy), (cluster.value, reverse("cluster", args=[cluster.pk]))]
