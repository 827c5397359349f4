"""URLs of the galaxy pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.galaxies import clusters, event_matrix, matrix, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

EVENT_MATRIX = "event/<reference:reference>/matrix/<uuid:galaxy>/"

urlpatterns = [
    path("galaxies/", views.index, name="galaxies"),
    path("galaxies/tag/", clusters.of_tag, name="cluster_of_tag"),
    path("galaxies/clusters/<int:pk>/", clusters.view, name="cluster"),
    path("galaxies/clusters/<int:pk>/events/", clusters.events, name="cluster_events"),
    path("galaxies/clusters/<int:pk>/relationships/", clusters.relations, name="cluster_relations"),
    path("galaxies/<uuid:uuid>/", views.galaxy, name="galaxy"),
    path("galaxies/<uuid:uuid>/on/", views.switch, {"enabled": True}, name="galaxy_on"),
    path("galaxies/<uuid:uuid>/off/", views.switch, {"enabled": False}, name="galaxy_off"),
    path("galaxies/<uuid:uuid>/matrix/", matrix.matrix, name="galaxy_matrix"),
    path("galaxies/<uuid:uuid>/matrix/layer/", matrix.layer, name="galaxy_layer"),
    path("galaxies/<uuid:uuid>/matrix/show/", matrix.show_layer, name="galaxy_layer_show"),
    path(EVENT_MATRIX, event_matrix.matrix, name="event_matrix"),
    path(EVENT_MATRIX + "change/", event_matrix.change, name="event_matrix_change"),
    path(EVENT_MATRIX + "layer/", event_matrix.layer, name="event_layer"),
    path(EVENT_MATRIX + "layer/import/", event_matrix.import_layer, name="event_layer_import"),
]
