"""Organisations that belong together (the municipalities of a county, a group of companies), with administrators."""
