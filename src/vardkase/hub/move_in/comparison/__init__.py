"""Compares what was moved with where it came from: the MISP itself over its API, or the dump in the staging tables."""
