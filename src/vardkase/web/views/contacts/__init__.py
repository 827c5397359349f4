"""Contacts of an organisation, and what it tells by published schemas."""
