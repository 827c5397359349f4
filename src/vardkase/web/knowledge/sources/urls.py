from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.sources import views

urlpatterns = [path("reference-data/", views.index, name="reference_data")]
