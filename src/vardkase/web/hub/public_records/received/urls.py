"""URLs of the received register."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.public_records.received import authorities, views

urlpatterns = [
    path("public-records/received/", views.own, name="received"),
    path("public-records/received/export/", views.export_own, name="received_export"),
    path("public-records/received/<slug:number>/", views.version_own, name="received_version"),
    path("public-records/authorities/", authorities.index, name="authorities"),
    path("public-records/authorities/<int:pk>/", views.of_authority, name="authority_register"),
    path("public-records/authorities/<int:pk>/export/", views.export_of, name="authority_export"),
    path(
        "public-records/authorities/<int:pk>/received/<slug:number>/",
        views.version_of,
        name="authority_version",
    ),
    path("public-records/authorities/<int:pk>/decide/", authorities.decide, name="authority_decide"),
]
