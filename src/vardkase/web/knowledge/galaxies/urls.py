"""URLs of the galaxy pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.galaxies import clusters, views

urlpatterns = [
    path("galaxies/", views.index, name="galaxies"),
    path("galaxies/tag/", clusters.of_tag, name="cluster_of_tag"),
    path("galaxies/clusters/<int:pk>/", clusters.view, name="cluster"),
    path("galaxies/clusters/<int:pk>/events/", clusters.events, name="cluster_events"),
    path("galaxies/clusters/<int:pk>/relationships/", clusters.relations, name="cluster_relations"),
    path("galaxies/<uuid:uuid>/", views.galaxy, name="galaxy"),
    path("galaxies/<uuid:uuid>/on/", views.switch, {"enabled": True}, name="galaxy_on"),
    path("galaxies/<uuid:uuid>/off/", views.switch, {"enabled": False}, name="galaxy_off"),
]
