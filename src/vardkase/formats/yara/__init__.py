"""Rules for YARA of a search."""
