"""URLs of notes, opinions and relationships: of one event, of all events, one with its replies, and to write one."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.analyst_data import lists, writing
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("event/<reference:reference>/notes/", lists.of_event, name="event_notes"),
    path("notes/", lists.every, name="notes"),
    path("notes/<reference:reference>/", lists.one, name="note"),
    path("notes/<reference:reference>/edit/", writing.edit, name="note_edit"),
    path("notes/<reference:reference>/delete/", writing.delete, name="note_delete"),
    path(
        "notes/new/<slug:kind>/<slug:object_type>/<reference:reference>/", writing.create, name="note_create"
    ),
]
