"""Attribute endpoints."""
