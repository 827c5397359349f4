"""The tables of the audit log. Importable without Django."""

from __future__ import annotations

HELD = ("held_key", "held_checkpoint")
"""What is kept for other hubs."""
APPEND_ONLY = ("audit_entry", "audit_link", "audit_checkpoint", "audit_archive", "audit_guard", *HELD)
"""What the hub's role can add to, but neither change nor delete."""
FUNCTIONS = ("audit_redact(bigint[], text, text, text[])",)
"""What the hub's role may call of those that nobody else may."""
FILLED_BY_DATABASE = {"audit_entry": ("written_in",)}
"""Columns that no model has: PostgreSQL fills them, and the sealer's SQL reads them."""
