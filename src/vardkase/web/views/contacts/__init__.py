"""Contacts of an organisation, and its additional fields by published schemas."""
