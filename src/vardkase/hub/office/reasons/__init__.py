"""Texts that officers insert as reasons for decisions."""
