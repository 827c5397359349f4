"""What is done with tags and taxonomies, one module for each."""

from vardkase.knowledge.taxonomies.services.resolution import resolve_tags
from vardkase.knowledge.taxonomies.services.tags import create_tag, delete_tag, edit_tag, toggle_favourite
from vardkase.knowledge.taxonomies.services.taxonomies import (
    create_taxonomy_tags,
    hide_taxonomy_tags,
    set_enabled,
    set_required,
    update_taxonomies,
)

__all__ = [
    "create_tag",
    "create_taxonomy_tags",
    "delete_tag",
    "edit_tag",
    "hide_taxonomy_tags",
    "resolve_tags",
    "set_enabled",
    "set_required",
    "toggle_favourite",
    "update_taxonomies",
]
