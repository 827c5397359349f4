"""URLs of the galaxy pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.galaxies import (
    cluster_editing,
    clusters,
    event_matrix,
    galaxy_editing,
    graph,
    matrix,
    relation_editing,
    views,
)
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

CLUSTER = "galaxies/clusters/<int:pk>/"
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
    path("galaxies/new/", galaxy_editing.create, name="galaxy_create"),
    path("galaxies/<uuid:uuid>/edit/", galaxy_editing.edit, name="galaxy_edit"),
    path("galaxies/<uuid:uuid>/delete/", galaxy_editing.delete, name="galaxy_delete"),
    path("galaxies/<uuid:uuid>/clusters/new/", cluster_editing.create, name="cluster_create"),
    path(CLUSTER + "graph/", graph.graph, name="cluster_graph"),
    path(CLUSTER + "graph/data/", graph.data, name="cluster_graph_data"),
    path(CLUSTER + "edit/", cluster_editing.edit, name="cluster_edit"),
    path(CLUSTER + "publish/", cluster_editing.publish, {"published": True}, name="cluster_publish"),
    path(CLUSTER + "unpublish/", cluster_editing.publish, {"published": False}, name="cluster_unpublish"),
    path(CLUSTER + "delete/", cluster_editing.delete, name="cluster_delete"),
    path(CLUSTER + "restore/", cluster_editing.restore, name="cluster_restore"),
    path(CLUSTER + "erase/", cluster_editing.erase, name="cluster_erase"),
    path(CLUSTER + "update/", cluster_editing.update, name="cluster_update"),
    path(CLUSTER + "elements/", cluster_editing.add_elements, name="cluster_elements"),
    path(CLUSTER + "relationships/new/", relation_editing.create, name="relation_create"),
    path(CLUSTER + "relationships/choices/", relation_editing.choices, name="relation_choices"),
    path("galaxies/relationships/<int:pk>/edit/", relation_editing.edit, name="relation_edit"),
    path("galaxies/relationships/<int:pk>/delete/", relation_editing.delete, name="relation_delete"),
    path("galaxies/relationships/restore/", relation_editing.restore, name="relation_restore"),
    path(EVENT_MATRIX, event_matrix.matrix, name="event_matrix"),
    path(EVENT_MATRIX + "change/", event_matrix.change, name="event_matrix_change"),
    path(EVENT_MATRIX + "layer/", event_matrix.layer, name="event_layer"),
    path(EVENT_MATRIX + "layer/import/", event_matrix.import_layer, name="event_layer_import"),
]
