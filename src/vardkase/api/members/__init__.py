"""Endpoints of organisations, users, roles, API keys and sharing groups."""
