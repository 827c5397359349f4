"""TAXII 2.1: server for this hub's collections, and client for external ones."""
