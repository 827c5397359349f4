"""Approval of publications by a second person (four-eyes principle)."""
