"""URLs of the TAXII pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.taxii import views

urlpatterns = [
    path("taxii/", views.index, name="taxii"),
    path("taxii/choices/", views.find, name="taxii_choices"),
    path("taxii/collections/new/", views.write_collection, name="taxii_collection_create"),
    path("taxii/collections/<int:pk>/", views.write_collection, name="taxii_collection"),
    path("taxii/collections/<int:pk>/delete/", views.delete_collection, name="taxii_collection_delete"),
    path("taxii/servers/new/", views.write_server, name="taxii_server_create"),
    path("taxii/servers/<int:pk>/", views.server, name="taxii_server"),
    path("taxii/servers/<int:pk>/edit/", views.write_server, name="taxii_server_edit"),
    path("taxii/servers/<int:pk>/delete/", views.delete_server, name="taxii_server_delete"),
    path("taxii/servers/<int:pk>/test/", views.test, name="taxii_server_test"),
    path("taxii/servers/<int:pk>/collection/", views.choose, name="taxii_server_choose"),
    path("taxii/servers/<int:pk>/objects/", views.objects, name="taxii_objects"),
    path("taxii/servers/<int:pk>/fetch/", views.move, {"way": "poll"}, name="taxii_server_poll"),
    path("taxii/servers/<int:pk>/send/", views.move, {"way": "push"}, name="taxii_server_push"),
]
