"""URLs of the correlation graphs, beside the events and values that they begin from."""

from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.correlation import graph
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("event/<reference:reference>/correlations/graph/", graph.of_event, name="event_correlation_graph"),
    path("value/graph/", graph.of_value, name="value_correlation_graph"),
    path("correlations/graph/", graph.data, name="correlation_graph_data"),
]
