"""Endpoints of organisations and their sign-in policy."""
