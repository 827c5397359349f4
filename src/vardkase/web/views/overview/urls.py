"""URLs of the hub owner's overview."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.overview import pages

urlpatterns = [
    path("members/overview/", pages.overview, name="overview"),
    path("members/", pages.index, name="members"),
    path("members/export/", pages.export, name="members_export"),
]
