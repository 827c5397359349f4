"""Addresses of the pages that change events."""

from __future__ import annotations

from django.urls import path

from vardkase.web import converters
from vardkase.web.views.editing import attributes, events, paste

__all__ = ["converters", "urlpatterns"]

EVENT = "event/<reference:reference>/"
ATTRIBUTE = EVENT + "attribute/<int:attribute_id>/"
OBJECT = EVENT + "object/<int:object_id>/"

urlpatterns = [
    path("event/new/", events.create, name="event_create"),
    path(EVENT + "edit/", events.edit, name="event_edit"),
    path(EVENT + "delete/", events.delete, name="event_delete"),
    path("attribute/categories/", attributes.categories, name="attribute_categories"),
    path(EVENT + "attribute/new/", attributes.create, name="attribute_create"),
    path(EVENT + "attributes/paste/", paste.paste, name="attributes_paste"),
    path(ATTRIBUTE + "edit/", attributes.edit, name="attribute_edit"),
    path(ATTRIBUTE + "delete/", attributes.delete, name="attribute_delete"),
    path(ATTRIBUTE + "restore/", attributes.restore, name="attribute_restore"),
]
