"""URLs of collections."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.collections import editing, elements, views

ONE = "collections/<int:pk>/"

urlpatterns = [
    path("collections/", views.index, name="collections"),
    path("collections/new/", editing.create, name="collection_create"),
    path("collections/add/", elements.choose, name="collection_choose"),
    path("collections/elements/find/", elements.find, name="collection_element_find"),
    path(ONE, views.view, name="collection"),
    path(ONE + "edit/", editing.edit, name="collection_edit"),
    path(ONE + "delete/", editing.delete, name="collection_delete"),
    path(ONE + "elements/add/", elements.add, name="collection_add"),
    path(ONE + "elements/<int:element>/remove/", elements.remove, name="collection_remove"),
]
