"""The audit log: who did what to what. Append-only; rows are never updated and outlive their subjects."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class AuditEntry(models.Model):
    """One action. Actor and target are values, not foreign keys, so that history outlives accounts."""

    created = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=255)
    organisation_id = models.BigIntegerField(null=True)
    credential = models.CharField(max_length=32)
    address = models.GenericIPAddressField(null=True)
    target_kind = models.CharField(max_length=40)
    target_id = models.BigIntegerField(null=True)
    target_uuid = models.UUIDField(null=True)
    title = models.TextField(blank=True)
    change = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="audit_target"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["actor_name", "-id"], name="audit_actor_name"),
            models.Index(fields=["organisation_id", "-id"], name="audit_organisation"),
            models.Index(fields=["address", "-id"], name="audit_address"),
            # For actions of one kind (LIKE 'event.%') too, whatever the database's collation.
            models.Index(fields=["action", "id"], name="audit_action", opclasses=["varchar_pattern_ops", ""]),
            BrinIndex(fields=["created"], name="audit_created", pages_per_range=16, autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.title}"
