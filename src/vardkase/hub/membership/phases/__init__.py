"""Phases in which the hub opens to new members (hub.md section 2)."""
