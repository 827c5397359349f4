"""What this room tells those above and beside it."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import GalaxyCluster

cluster_erased: Hook[tuple[Actor, GalaxyCluster]] = Hook("cluster_erased")
"""A cluster is about to be erased for good; whoever keeps a blocklist notes its uuid."""
