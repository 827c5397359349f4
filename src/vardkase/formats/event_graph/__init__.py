"""Graph data of an event: nodes and edges, timeline, and distribution of its parts.

The shapes are those that MISP's pages draw from. A reader gets what events/view shows, and no edge to anything else.
"""

from vardkase.formats.event_graph.distribution import distribution_graph
from vardkase.formats.event_graph.graphs import PIVOTS, generic_graph, references_graph, tags_graph
from vardkase.formats.event_graph.parts import MOST_NODES, event_parts
from vardkase.formats.event_graph.timeline import timeline

__all__ = [
    "MOST_NODES",
    "PIVOTS",
    "distribution_graph",
    "event_parts",
    "generic_graph",
    "references_graph",
    "tags_graph",
    "timeline",
]
