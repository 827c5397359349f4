"""Endpoints of users, their keys, roles and settings."""
