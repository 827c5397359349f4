"""Memberships and applications: ours, not MISP's."""
