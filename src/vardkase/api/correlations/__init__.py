"""Endpoints of correlations, exclusions and rules."""
