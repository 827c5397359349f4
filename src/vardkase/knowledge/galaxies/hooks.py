"""Hook points of galaxies for sibling packages and higher layers, called in the transaction of the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.knowledge.galaxies.models import GalaxyCluster

cluster_published: Hook[GalaxyCluster] = Hook("cluster_published")
"""A cluster that people made may go to other instances from now on."""
