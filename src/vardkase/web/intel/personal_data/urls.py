"""URLs of the answers about personal data in an event."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.personal_data import settings, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

KIND = "event/<reference:reference>/personal-data/<slug:kind>/"

urlpatterns = [
    path(KIND, views.necessity, name="personal_data_necessity"),
    path(KIND + "undo/", views.take_back, name="personal_data_take_back"),
    path(KIND + "<str:way>/", views.replace, name="personal_data_replace"),
    path("organisation/withheld-items/", settings.withheld_items, name="withheld_items"),
]
