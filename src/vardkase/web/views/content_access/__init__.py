"""Operators' content access: requests, answers, and recorded reads."""
