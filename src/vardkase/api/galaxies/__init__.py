"""Endpoints of galaxies, their clusters and relations."""
