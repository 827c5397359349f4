"""Contacts of organisations, who need no account, and additional fields by published schemas."""
