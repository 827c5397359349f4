"""Hearings: the party's opportunity to comment before a decision against it (25 § förvaltningslagen, 2017:900)."""
