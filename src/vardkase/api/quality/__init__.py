"""Endpoints of lists and models that rate indicators, and of correlation."""
