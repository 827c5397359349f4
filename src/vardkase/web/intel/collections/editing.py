"""Collections: created, edited and deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import usable_groups
from vardkase.intel.collections import services
from vardkase.intel.collections.models import Collection
from vardkase.intel.collections.queries import find_collection
from vardkase.intel.errors import PublicationStopped
from vardkase.intel.problems import IntelProblem
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.collections.forms import CollectionFieldsForm
from vardkase.web.intel.collections.presenters import may_edit
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.MODIFY, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.MODIFY, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, own_collection(request, pk))


@page(Permission.MODIFY, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    collection = own_collection(request, pk)
    if request.method != "POST":
        words = gettext(
            "The events and galaxy clusters in it stay as they are. The collection cannot be restored."
        )
        heading = gettext("Delete collection")
        return confirm_page(request, heading, parents(collection), words, things=[collection.name])
    services.delete_collection(request.actor, pk)
    messages.success(request, gettext("The collection has been deleted."))
    return redirect("collections")


def own_collection(request: PageRequest, pk: int) -> Collection:
    collection = find_collection(request.actor, pk)
    if not may_edit(request.actor, collection):
        raise Forbidden(IntelProblem.NOT_AUTHORISED())
    return collection


def parents(collection: Collection | None = None) -> list[Crumb]:
    above = [(gettext("Collections"), reverse("collections"))]
    return [*above, (collection.name, reverse("collection", args=[collection.pk]))] if collection else above


def _write(request: PageRequest, collection: Collection | None) -> HttpResponse:
    form = CollectionFieldsForm(
        request.POST if request.method == "POST" else None,
        initial=_stored(collection) if collection else {"distribution": Distribution.ORGANISATION},
        groups=usable_groups(request.actor),
    )
    if form.is_valid() and (pk := _saved(request, form, collection)) is not None:
        messages.success(request, gettext("Saved."))
        return redirect("collection", pk)
    heading = gettext("Edit collection") if collection else gettext("New collection")
    return edit_page(request, form, heading, parents(collection))


def _saved(request: PageRequest, form: CollectionFieldsForm, collection: Collection | None) -> int | None:
    try:
        if collection is None:
            return services.add_collection(request.actor, form.document())
        try:
            seen = parse_datetime(form.cleaned_data["seen"])
        except ValueError:
            seen = None
        return services.edit_collection(request.actor, collection.pk, form.document(), seen)
    except (Invalid, Conflict) as refused:
        take_errors(form, refused)
    except PublicationStopped as refused:  # A marking in its text that must not leave the organisation.
        form.add_error(None, str(refused))
    return None


def _stored(collection: Collection) -> dict[str, Any]:
    names = ("name", "type", "description", "distribution", "sharing_group_id")
    return {name: getattr(collection, name) for name in names} | {"seen": collection.modified.isoformat()}
