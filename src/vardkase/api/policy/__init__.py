"""Endpoints of sharing policies, approvals and training."""
