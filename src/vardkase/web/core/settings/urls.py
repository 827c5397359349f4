from __future__ import annotations

from django.urls import path

from vardkase.web.core.settings import views

urlpatterns = [
    path("settings/", views.index, name="settings"),
    path("settings/<str:name>/", views.edit, name="setting"),
]
