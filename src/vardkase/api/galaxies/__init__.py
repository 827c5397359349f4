"""The endpoints of galaxies, their clusters and relations."""
