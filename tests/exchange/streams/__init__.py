"""Streams, each with a real receiver."""
