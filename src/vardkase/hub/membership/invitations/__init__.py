"""Invitations: an invitation-only phase admits only invited organisations."""
