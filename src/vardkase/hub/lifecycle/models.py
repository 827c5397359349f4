"""Models for the history of state transitions."""

from __future__ import annotations

from django.db import models


class HistoryEntry(models.Model):
    """A transition of an object (`kind`, `thing_id`): states before and after, who, when, and a note."""

    kind = models.CharField(max_length=64)
    # Not a foreign key: one table serves every kind of object.
    thing_id = models.BigIntegerField()
    step = models.CharField(max_length=64)
    before = models.CharField(max_length=32)
    after = models.CharField(max_length=32)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=255)
    organisation_id = models.BigIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "history_entry"
        indexes = [models.Index(fields=["kind", "thing_id", "id"], name="history_entry_thing")]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id}: {self.step}"
