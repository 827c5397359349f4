"""Talking to others: the one outgoing door (`http`), and what goes through it."""
