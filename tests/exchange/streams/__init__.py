"""Streams, each told to a real receiver."""
