"""Endpoints of sharing groups and their blueprints."""
