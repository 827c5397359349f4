"""URLs of the TAXII pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.taxii import views as taxii

urlpatterns = [
    path("taxii/", taxii.index, name="taxii"),
    path("taxii/choices/", taxii.find, name="taxii_choices"),
    path("taxii/collections/new/", taxii.write_collection, name="taxii_collection_create"),
    path("taxii/collections/<int:pk>/", taxii.write_collection, name="taxii_collection"),
    path("taxii/collections/<int:pk>/delete/", taxii.delete_collection, name="taxii_collection_delete"),
    path("taxii/servers/new/", taxii.write_server, name="taxii_server_create"),
    path("taxii/servers/<int:pk>/", taxii.server, name="taxii_server"),
    path("taxii/servers/<int:pk>/edit/", taxii.write_server, name="taxii_server_edit"),
    path("taxii/servers/<int:pk>/delete/", taxii.delete_server, name="taxii_server_delete"),
    path("taxii/servers/<int:pk>/test/", taxii.test, name="taxii_server_test"),
    path("taxii/servers/<int:pk>/collection/", taxii.choose, name="taxii_server_choose"),
    path("taxii/servers/<int:pk>/objects/", taxii.objects, name="taxii_objects"),
    path("taxii/servers/<int:pk>/fetch/", taxii.move, {"way": "poll"}, name="taxii_server_poll"),
    path("taxii/servers/<int:pk>/send/", taxii.move, {"way": "push"}, name="taxii_server_push"),
]
