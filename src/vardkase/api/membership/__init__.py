"""Membership and application endpoints; not in MISP."""
