"""Deadlines as a calendar, and the private feed of them."""
