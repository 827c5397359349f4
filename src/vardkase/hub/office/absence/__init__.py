"""Absence of staff, and who stands in for them."""
