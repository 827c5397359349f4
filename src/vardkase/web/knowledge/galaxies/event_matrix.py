"""The matrix of a galaxy for one event: which techniques it has, and adding or removing several at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.clusters import ClusterChanges, change_clusters
from vardkase.intel.queries.cluster_scores import tag_places
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.matrix import Matrix, galaxy_matrix, revoked_clusters
from vardkase.knowledge.galaxies.matrix_domains import Technique, domains_of
from vardkase.knowledge.galaxies.navigator_layers import Layer, write_layer
from vardkase.knowledge.galaxies.queries import find_galaxy
from vardkase.web.knowledge.galaxies.forms import LayerForm
from vardkase.web.knowledge.galaxies.matrix import JSON_TYPE, read_posted_layer
from vardkase.web.knowledge.galaxies.matrix_cells import Heat, MatrixView, matrix_context
from vardkase.web.knowledge.galaxies.matrix_html import drawn_columns
from vardkase.web.knowledge.galaxies.presenters import title_of
from vardkase.web.ui.display import thin
from vardkase.web.ui.files import event_download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo


@page()
def matrix(request: PageRequest, reference: str, galaxy: UUID) -> HttpResponse:
    event, found = _read(request.actor, reference, galaxy)
    return _page(request, event, found, LayerForm())


@page()
def layer(request: PageRequest, reference: str, galaxy: UUID) -> HttpResponseBase:
    event, found = _read(request.actor, reference, galaxy)
    heat, view = _heat(request.actor, event, found), MatrixView.of(request)
    domain = view.chosen(domains_of(found, view.platform), heat)
    content = write_layer(event.info, f"{title_of(found.galaxy)}, {event.uuid}", domain, heat.scores)
    return event_download(
        request.actor, [event.id], [content], f"event-{event.id}-{domain.key}.json", JSON_TYPE
    )


@page(Permission.TAGGER, writes=True)
@require_POST
def import_layer(request: PageRequest, reference: str, galaxy: UUID) -> HttpResponse:
    """Shows which techniques of the layer would be added; nothing is stored yet."""
    event, found = _read(request.actor, reference, galaxy)
    form, read = read_posted_layer(request)
    if read is None:
        return _page(request, event, found, form, status=422)
    context = {
        **_head(request.actor, event, found),
        "layer": read,
        **_preview(request.actor, event, found, read),
    }
    return render(request, "galaxies/layer_preview.html", context)


@page(Permission.TAGGER, writes=True)
@require_POST
def change(request: PageRequest, reference: str, galaxy: UUID) -> HttpResponse:
    """Adds or removes the chosen clusters (`act`), or undoes that: lists of ids by what is to be done with them."""
    event = find_event(request.actor, reference)
    with errors_shown_as_message(request):
        asked = _asked(request, event)
        undo = change_clusters(request.actor, event.id, asked)
        _say(request, event, galaxy, undo)
    # Back to the same domain and platform. Parsed anew, so that no more than parameters comes of what was sent.
    query = QueryDict(posted.text(request, "back")).urlencode()
    return redirect(f"{reverse('event_matrix', args=[event.id, galaxy])}?{query}")


def _asked(request: PageRequest, event: EventRow) -> ClusterChanges:
    chosen = posted.numbers(request, "cluster")
    local = posted.flag(request, "local") or not rules.may_tag(request.actor, event, local=False)
    act = posted.text(request, "act")
    if act == "remove":
        return ClusterChanges(detach=chosen)
    if act == "add":
        return ClusterChanges(attach_locally=chosen) if local else ClusterChanges(attach=chosen)
    return ClusterChanges(
        attach=posted.numbers(request, "attach"),
        attach_locally=posted.numbers(request, "attach_locally"),
        detach=posted.numbers(request, "detach"),
    )


def _say(request: PageRequest, event: EventRow, galaxy: UUID, undo: ClusterChanges) -> None:
    added, removed = len(undo.detach), len(undo.attach) + len(undo.attach_locally)
    said = []
    if added:
        message = ngettext("%(n)s tag added to the event.", "%(n)s tags added to the event.", added)
        said.append(message % {"n": thin(added)})
    if removed:
        message = ngettext("%(n)s tag removed from the event.", "%(n)s tags removed from the event.", removed)
        said.append(message % {"n": thin(removed)})
    if not said:
        messages.info(request, gettext("Nothing to change: select techniques first."))
        return
    lists = {"attach": undo.attach, "attach_locally": undo.attach_locally, "detach": undo.detach}
    fields = {name: ",".join(map(str, ids)) for name, ids in lists.items() if ids}
    fields["back"] = posted.text(request, "back")
    say_with_undo(request, " ".join(said), "event_matrix_change", event.id, galaxy, **fields)


def _read(actor: Actor, reference: str, galaxy: UUID) -> tuple[EventRow, Matrix]:
    return find_event(actor, reference), galaxy_matrix(actor, find_galaxy(actor, str(galaxy)))


def _heat(actor: Actor, event: EventRow, found: Matrix) -> Heat:
    places = tag_places(actor, event.id, found.tag_names)
    scores = {name: place.score for name, place in places.items()}
    return Heat(scores, places, revoked=revoked_clusters(found.galaxy))


def _head(actor: Actor, event: EventRow, found: Matrix) -> dict[str, Any]:
    may_local, may_global = (rules.may_tag(actor, event, local=local) for local in (True, False))
    return {
        "event": event,
        "galaxy": found.galaxy,
        "title": title_of(found.galaxy),
        "may_tag": actor.may_write and actor.may(Permission.TAGGER) and (may_local or may_global),
        "may_local": may_local,
        "may_global": may_global,
    }


def _page(
    request: PageRequest, event: EventRow, found: Matrix, form: LayerForm, *, status: int = 200
) -> HttpResponse:
    view, heat = MatrixView.of(request), _heat(request.actor, event, found)
    context = {
        **matrix_context(request, domains_of(found, view.platform), heat, view),
        **_head(request.actor, event, found),
        "layer_form": form,
    }
    context["columns"] = drawn_columns(context["columns"], view, may_tag=context["may_tag"])
    return render(request, "galaxies/event_matrix.html", context, status=status)


def _preview(actor: Actor, event: EventRow, found: Matrix, read: Layer) -> dict[str, Any]:
    by_code: dict[str, Technique] = {}
    for domain in domains_of(found):
        for technique in domain.techniques:
            # Of the same code in several domains, the first.
            by_code.setdefault(technique.code, technique)
    heat = _heat(actor, event, found)
    lines = [
        {
            "technique": by_code[code],
            "entry": entry,
            "is_there": heat.cell(by_code[code], 1).places.on_event,
            # A technique that the layer merely lists, or has switched off, was not seen.
            "is_chosen": entry.is_enabled and (entry.score is None or entry.score > 0),
        }
        for code, entry in sorted(read.techniques.items())
        if code in by_code
    ]
    return {"lines": lines, "unknown": sorted(code for code in read.techniques if code not in by_code)}
