"""URLs of the answers about personal data in an event."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.personal_data import own, settings, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

KIND = "event/<reference:reference>/personal-data/<slug:kind>/"

OWN = "contributions/personal-data/<slug:place>/<int:part>/"

urlpatterns = [
    path(KIND, views.necessity, name="personal_data_necessity"),
    path(KIND + "undo/", views.take_back, name="personal_data_take_back"),
    path(KIND + "not-offence/", views.not_offence, name="personal_data_not_offence"),
    path(KIND + "not-offence/undo/", views.suspect_again, name="personal_data_suspect_again"),
    path(KIND + "<str:way>/", views.replace, name="personal_data_replace"),
    path("contributions/personal-data/", own.contributions, name="own_personal_data"),
    path("contributions/personal-data/undo/", own.undo, name="own_personal_data_undo"),
    path(OWN, own.necessity, name="own_personal_data_necessity"),
    path(OWN + "undo/", own.take_back, name="own_personal_data_take_back"),
    path(OWN + "not-offence/", own.not_offence, name="own_personal_data_not_offence"),
    path(OWN + "not-offence/undo/", own.suspect_again, name="own_personal_data_suspect_again"),
    path(OWN + "<slug:way>/", own.replace, name="own_personal_data_replace"),
    path("organisation/withheld-items/", settings.withheld_items, name="withheld_items"),
]
