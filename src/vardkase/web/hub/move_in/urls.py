"""URLs of moving in from MISP."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.move_in import views

urlpatterns = [path("move-in/", views.propose, name="move_in_propose")]
