"""What is in a collection: added on its page or from an event or cluster, and removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.collections import services
from vardkase.intel.collections.models import Collection, ElementType
from vardkase.intel.collections.queries import find_element, visible_collections
from vardkase.intel.errors import PublicationStopped
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.queries import find_cluster
from vardkase.web.intel.collections.editing import own_collection
from vardkase.web.intel.collections.forms import ChooseForm, ElementForm
from vardkase.web.intel.collections.presenters import may_edit
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for
from vardkase.web.ui.undo import say_with_undo

MOST = 500
"""Collections that can be chosen at once."""


@page(Permission.MODIFY, writes=True)
@require_POST
def add(request: PageRequest, pk: int) -> HttpResponse:
    collection = own_collection(request, pk)
    form = form_with_pickers(request, lambda data: ElementForm(request.actor, data))
    if form.is_valid() and _added(request, form, collection, form.documents()):
        return redirect("collection", pk)
    context = {"collection": collection, "form": form, **searched_for(request)}
    return render(request, "collections/add.html", context, status=422 if form.is_bound else 200)


@page(Permission.MODIFY)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, ElementForm(request.actor))


@page(Permission.MODIFY, writes=True)
def choose(request: PageRequest) -> HttpResponse:
    """Add one event or cluster, which the address names, to a collection of the actor’s."""
    title, back, element = _thing(request)
    own = [
        collection
        for collection in visible_collections(request.actor).order_by("name")[:MOST]
        if may_edit(request.actor, collection)
    ]
    holding = set(
        Collection.objects.filter(
            pk__in=[collection.pk for collection in own], elements__element_uuid=element["element_uuid"]
        ).values_list("pk", flat=True)
    )
    form = ChooseForm(request.POST if request.method == "POST" else None)
    form.fields["collection"].choices = [  # type: ignore[attr-defined]
        (collection.pk, collection.name) for collection in own if collection.pk not in holding
    ]
    if form.is_valid():
        collection = own_collection(request, form.cleaned_data["collection"])
        document = element | {"description": form.cleaned_data["description"]}
        if _added(request, form, collection, [document]):
            return redirect(back)
    context = {
        "form": form,
        "title": title,
        "back": back,
        "holding": [collection for collection in own if collection.pk in holding],
    }
    return render(request, "collections/choose.html", context, status=422 if form.errors else 200)


@page(Permission.MODIFY, writes=True)
@require_POST
def remove(request: PageRequest, pk: int, element: int) -> HttpResponse:
    held = find_element(request.actor, element)
    if held.collection_id != pk:
        raise Http404
    services.delete_element(request.actor, held.pk)
    said = gettext("Removed from the collection.")
    fields = {"element": str(held.element_uuid), "description": held.description}
    say_with_undo(request, said, "collection_add", pk, **fields)
    return redirect("collection", pk)


def _thing(request: PageRequest) -> tuple[str, str, dict[str, str]]:
    """Title, address and document of the event or cluster. Raises NotFound."""
    if number := request.GET.get("event", ""):
        event = find_event(request.actor, number)
        document = {"element_type": str(ElementType.EVENT), "element_uuid": str(event.uuid)}
        return event.info, reverse("event", args=[event.id]), document
    cluster = find_cluster(request.actor, request.GET.get("cluster", ""))
    document = {"element_type": str(ElementType.GALAXY_CLUSTER), "element_uuid": str(cluster.uuid)}
    return cluster.value, reverse("cluster", args=[cluster.pk]), document


def _added(
    request: PageRequest,
    form: ElementForm | ChooseForm,
    collection: Collection,
    documents: list[dict[str, str]],
) -> bool:
    try:
        services.add_elements(request.actor, collection.pk, documents)
    except (Invalid, Conflict, PublicationStopped) as refused:
        form.add_error(None, str(refused))
        return False
    said = gettext("Added to the collection %(name)s.") % {"name": collection.name}
    messages.success(request, said)
    return True
