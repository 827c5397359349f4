"""The matrix of a galaxy, with the events that the reader may see as a heat map, or with an imported layer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vardkase.intel.queries.cluster_scores import cluster_scores
from vardkase.intel.queries.cluster_uses import creators
from vardkase.knowledge.galaxies.matrix import Matrix, galaxy_matrix, revoked_clusters
from vardkase.knowledge.galaxies.matrix_domains import domains_of
from vardkase.knowledge.galaxies.navigator_layers import Layer, read_layer, write_layer
from vardkase.knowledge.galaxies.queries import find_galaxy
from vardkase.web.knowledge.galaxies.forms import LayerForm, MatrixFilterForm
from vardkase.web.knowledge.galaxies.matrix_cells import Heat, MatrixView, matrix_context
from vardkase.web.knowledge.galaxies.matrix_html import drawn_columns
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

JSON_TYPE = "application/json"


@page()
def matrix(request: PageRequest, uuid: UUID) -> HttpResponse:
    found = galaxy_matrix(request.actor, find_galaxy(request.actor, str(uuid)))
    form = MatrixFilterForm(request.GET, creators=creators(request.actor))
    scores = cluster_scores(request.actor, found.tag_names, form.events())
    return _page(request, found, Heat(scores, {}, revoked=revoked_clusters(found.galaxy)), form)


@page()
def layer(request: PageRequest, uuid: UUID) -> HttpResponseBase:
    """What the page shows, as a layer."""
    found = galaxy_matrix(request.actor, find_galaxy(request.actor, str(uuid)))
    form = MatrixFilterForm(request.GET, creators=creators(request.actor))
    heat = Heat(cluster_scores(request.actor, found.tag_names, form.events()), {})
    view = MatrixView.of(request)
    domain = view.chosen(domains_of(found, view.platform), heat)
    words = ", ".join(f"{label}: {text}" for _name, label, text in form.asked())
    content = write_layer(title_of(found.galaxy), words, domain, heat.scores)
    return download([content], f"{domain.key}.json", JSON_TYPE)


@page()
@require_POST
def show_layer(request: PageRequest, uuid: UUID) -> HttpResponse:
    """The layer in place of the events. It is not stored."""
    found = galaxy_matrix(request.actor, find_galaxy(request.actor, str(uuid)))
    form, read = read_posted_layer(request)
    heat = Heat({}, {}, read, revoked_clusters(found.galaxy))
    return _page(request, found, heat, None, layer_form=form, status=200 if read else 422)


def read_posted_layer(request: PageRequest) -> tuple[LayerForm, Layer | None]:
    form = LayerForm(request.POST, request.FILES)
    if form.is_valid():
        with errors_shown_in(form):
            return form, read_layer(form.cleaned_data["layer"].read())
    return form, None


def _page(
    request: PageRequest,
    found: Matrix,
    heat: Heat,
    form: MatrixFilterForm | None,
    *,
    layer_form: LayerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    view = MatrixView.of(request)
    context: dict[str, Any] = {
        **matrix_context(request, domains_of(found, view.platform), heat, view),
        "galaxy": found.galaxy,
        "title": title_of(found.galaxy),
        "form": form,
        "layer": heat.layer,
        "layer_form": layer_form or LayerForm(),
        "chips": form.chips(request) if form else (),
    }
    context["columns"] = drawn_columns(context["columns"], view, may_tag=False)
    return render(request, "galaxies/matrix.html", context, status=status)
