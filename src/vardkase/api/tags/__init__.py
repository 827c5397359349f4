"""The endpoints of tags, tagging and taxonomies."""
