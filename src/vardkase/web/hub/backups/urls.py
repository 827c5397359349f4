"""URLs of backups."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.backups import views

urlpatterns = [
    path("backups/", views.index, name="backups"),
    path("backups/recipients/", views.recipients, name="backup_recipients"),
]
