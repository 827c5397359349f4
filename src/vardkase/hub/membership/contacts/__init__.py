"""Whom to reach at an organisation: contacts that need no account, and further fields by published schemas."""
