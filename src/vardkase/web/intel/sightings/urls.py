"""URLs of the sightings of an attribute."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.sightings import views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

SIGHTINGS = "event/<reference:reference>/attribute/<int:attribute_id>/sightings/"

urlpatterns = [
    path(SIGHTINGS, views.index, name="sightings"),
    path(SIGHTINGS + "add/", views.add, name="sighting_add"),
    path(SIGHTINGS + "<int:sighting_id>/delete/", views.delete, name="sighting_delete"),
]
