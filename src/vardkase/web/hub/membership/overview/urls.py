"""URLs of the hub owner's overview."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.overview import views

urlpatterns = [
    path("members/overview/", views.overview, name="overview"),
    path("members/", views.index, name="members"),
    path("members/export/", views.export, name="members_export"),
]
