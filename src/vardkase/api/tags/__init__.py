"""Endpoints of tags, tagging and taxonomies."""
