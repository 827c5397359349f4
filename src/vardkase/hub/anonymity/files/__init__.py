"""Removes metadata from files. Files that cannot be cleaned are refused by name."""
