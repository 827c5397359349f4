"""Tag collections: sets of tags that are added together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from vardkase.core.errors import Forbidden
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.tag_collections import queries, services
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.web.knowledge.tag_collections.forms import TagCollectionForm
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices

SORTS = {"name", "pk"}


@page()
def index(request: PageRequest) -> HttpResponse:
    text = searched(request)
    collections = queries.visible_collections(request.actor).filter(name__icontains=text)
    context = listed(request, collections, SORTS, "name")
    context["rows"] = [
        {
            "collection": collection,
            "tags": queries.tags_of(collection),
            "may_edit": queries.may_edit(request.actor, collection),
        }
        for collection in context["rows"]
    ]
    return render(request, "tag_collections/index.html", {**context, "q": text})


@page(Permission.TAG_EDITOR, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.TAG_EDITOR, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, _own(request, pk))


@page(Permission.TAG_EDITOR, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    collection = _own(request, pk)
    if request.method != "POST":
        words = gettext("The tags stay where they have been added. The collection cannot be restored.")
        heading = gettext("Delete tag collection")
        return confirm_page(request, heading, _parents(), words, things=[collection.name])
    services.delete_collection(request.actor, str(collection.pk))
    messages.success(request, gettext("The tag collection has been deleted."))
    return redirect("tag_collections")


@page(Permission.TAG_EDITOR)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, TagCollectionForm(request.actor))


def _write(request: PageRequest, collection: TagCollection | None) -> HttpResponse:
    initial = _stored(collection) if collection else {}
    form = form_with_pickers(request, lambda data: TagCollectionForm(request.actor, data, initial=initial))
    version = ShownVersion(request, collection)
    if form.is_valid():
        data = dict(form.cleaned_data)
        tags = [{"name": name} for name in data.pop("tags")]
        with errors_shown_in(form, fields={"Tag": "tags"}), version.saving(form):
            if collection is None:
                services.add_collection(request.actor, data, tags)
            else:
                services.edit_collection(request.actor, str(collection.pk), data, tags)
            messages.success(request, gettext("Saved."))
            return redirect("tag_collections")
    heading = gettext("Edit tag collection") if collection else gettext("New tag collection")
    find_url = reverse("tag_collection_find")
    return edit_page(request, form, heading, _parents(), find_url=find_url, version=version)


def _parents() -> list[Crumb]:
    tags = (pgettext("noun", "Tags"), reverse("tags"))
    return [tags, (gettext("Tag collections"), reverse("tag_collections"))]


def _stored(collection: TagCollection) -> dict[str, Any]:
    fields = {name: getattr(collection, name) for name in ("name", "description", "all_orgs")}
    return fields | {"tags": [tag.name for tag in queries.tags_of(collection)]}


def _own(request: PageRequest, pk: int) -> TagCollection:
    collection = queries.find_collection(request.actor, str(pk))
    if not queries.may_edit(request.actor, collection):
        raise Forbidden
    return collection
