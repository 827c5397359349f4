"""Services for galaxies, one module per noun."""

from vardkase.knowledge.galaxies.services.capture import Captured, capture_cluster, capture_clusters
from vardkase.knowledge.galaxies.services.clusters import (
    add_cluster,
    delete_cluster,
    edit_cluster,
    publish_cluster,
    restore_cluster,
    unpublish_cluster,
    update_from_parent,
)
from vardkase.knowledge.galaxies.services.elements import add_flattened, delete_element
from vardkase.knowledge.galaxies.services.galaxies import (
    add_galaxy,
    delete_galaxy,
    edit_galaxy,
    set_galaxy_enabled,
    update_galaxies,
    wipe_default,
)
from vardkase.knowledge.galaxies.services.relations import add_relation, delete_relation, edit_relation

__all__ = [
    "Captured",
    "add_cluster",
    "add_flattened",
    "add_galaxy",
    "add_relation",
    "capture_cluster",
    "capture_clusters",
    "delete_cluster",
    "delete_element",
    "delete_galaxy",
    "delete_relation",
    "edit_cluster",
    "edit_galaxy",
    "edit_relation",
    "publish_cluster",
    "restore_cluster",
    "set_galaxy_enabled",
    "unpublish_cluster",
    "update_from_parent",
    "update_galaxies",
    "wipe_default",
]
