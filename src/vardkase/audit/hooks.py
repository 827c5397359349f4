"""Hook points of the audit log for higher layers, called in the transaction of the change."""

from __future__ import annotations

from vardkase.audit.models import AuditEntry
from vardkase.core.hooks import Hook

recorded: Hook[AuditEntry] = Hook("recorded")
