"""URLs of the presence of other editors on the page of an event."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.event_locks import views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("event/<reference:reference>/presence/", views.presence, name="event_presence"),
]
