"""What the rooms above may listen to. It runs inside the transaction that makes the change."""

from __future__ import annotations

from vardkase.audit.models import AuditEntry
from vardkase.core.hooks import Hook

recorded: Hook[AuditEntry] = Hook("recorded")
