"""YARA rules of a search."""
