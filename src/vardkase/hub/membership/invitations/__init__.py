"""Invitations: a phase that is by invitation only admits who was invited."""
