"""URLs of the hub owner's overview."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.overview import views as pages

urlpatterns = [
    path("members/overview/", pages.overview, name="overview"),
    path("members/", pages.index, name="members"),
    path("members/export/", pages.export, name="members_export"),
]
