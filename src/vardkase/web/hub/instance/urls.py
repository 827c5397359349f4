from __future__ import annotations

from django.urls import path

from vardkase.web.hub.instance import views

urlpatterns = [
    path("diagnostics/", views.index, name="diagnostics"),
    path("diagnostics/download/", views.download, name="diagnostics_download"),
]
