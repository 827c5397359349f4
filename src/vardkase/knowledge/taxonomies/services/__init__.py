"""Services for tags and taxonomies, one module for each."""

from vardkase.knowledge.taxonomies.services.resolution import resolve_tags
from vardkase.knowledge.taxonomies.services.tags import create_tag, delete_tag, edit_tag, toggle_favourite
from vardkase.knowledge.taxonomies.services.taxonomies import (
    create_taxonomy_tags,
    delete_taxonomy,
    hide_taxonomy_tags,
    import_taxonomy,
    set_enabled,
    set_highlighted,
    set_required,
    set_tags_hidden,
    update_taxonomies,
)

__all__ = [
    "create_tag",
    "create_taxonomy_tags",
    "delete_tag",
    "delete_taxonomy",
    "edit_tag",
    "hide_taxonomy_tags",
    "import_taxonomy",
    "resolve_tags",
    "set_enabled",
    "set_highlighted",
    "set_required",
    "set_tags_hidden",
    "toggle_favourite",
    "update_taxonomies",
]
