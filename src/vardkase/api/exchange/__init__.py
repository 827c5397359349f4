"""Endpoints of connections, feeds and modules."""
