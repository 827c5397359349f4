"""URLs of the people who handle an authority's requests for public records, and of what its letters state."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.public_records.officers import views

urlpatterns = [
    path("public-records/officers/", views.index, name="records_officers"),
    path("public-records/officers/<int:pk>/remove/", views.remove, name="records_officer_remove"),
    path("public-records/office/", views.office, name="records_office"),
]
