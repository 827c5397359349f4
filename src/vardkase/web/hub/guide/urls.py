"""URLs of the guide."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.guide import views

urlpatterns = [path("guide/", views.index, name="guide")]
