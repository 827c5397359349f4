"""Endpoints of TAXII servers and of the collections this hub offers."""
