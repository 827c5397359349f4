"""Endpoints of object templates."""
