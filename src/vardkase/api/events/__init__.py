"""Event endpoints."""
