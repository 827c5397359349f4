"""URLs of an event's graph, timeline and distribution."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.event_graphs import contexts, distribution, references, saved, timeline, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

EVENT = "event/<reference:reference>/"
GRAPH = EVENT + "graph/"
SAVED = GRAPH + "saved/<int:graph_id>/"

urlpatterns = [
    path(GRAPH, views.graph, name="event_graph"),
    path(GRAPH + "parts/", views.parts, name="event_graph_parts"),
    path(GRAPH + "neighbour/", views.neighbour, name="event_graph_neighbour"),
    path(GRAPH + "object/<int:object_id>/", views.inside, name="event_graph_object"),
    path(GRAPH + "context/<slug:kind>/", contexts.context, name="event_graph_context"),
    path(GRAPH + "reference/", references.add, name="event_graph_reference"),
    path(GRAPH + "reference/<int:reference_id>/", references.change, name="event_graph_reference_change"),
    path(
        GRAPH + "reference/<int:reference_id>/delete/",
        references.delete,
        name="event_graph_reference_delete",
    ),
    path(GRAPH + "save/", saved.save, name="event_graph_save"),
    path(SAVED, saved.drawing, name="event_graph_saved"),
    path(SAVED + "picture/", saved.picture, name="event_graph_picture"),
    path(SAVED + "delete/", saved.delete, name="event_graph_delete"),
    path(EVENT + "timeline/", timeline.timeline, name="event_timeline"),
    path(EVENT + "timeline/move/", timeline.move, name="event_timeline_move"),
    path(EVENT + "distribution/", distribution.distribution, name="event_distribution"),
]
