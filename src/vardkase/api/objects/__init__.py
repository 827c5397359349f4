"""Endpoints of objects, their references and templates."""
