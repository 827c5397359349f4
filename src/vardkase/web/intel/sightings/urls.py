"""URLs of sightings: of an attribute, and all of them."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.sightings import every, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

SIGHTINGS = "event/<reference:reference>/attribute/<int:attribute_id>/sightings/"

urlpatterns = [
    path("sightings/", every.every, name="sightings_every"),
    path("sightings/download/", every.table, name="sightings_table"),
    path("sightings/undo/", views.take_back, name="sightings_undo"),
    path(SIGHTINGS, views.index, name="sightings"),
    path(SIGHTINGS + "add/", views.add, name="sighting_add"),
    path(SIGHTINGS + "<int:sighting_id>/delete/", views.delete, name="sighting_delete"),
]
