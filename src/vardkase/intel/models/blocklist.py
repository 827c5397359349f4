"""Events that must not come back."""

from __future__ import annotations

from django.db import models


class EventBlocklist(models.Model):
    """A deleted or refused event, by uuid, with what is remembered of it."""

    event_uuid = models.UUIDField(unique=True)
    created = models.DateTimeField(auto_now_add=True)
    event_info = models.TextField(blank=True, default="")
    event_orgc = models.CharField(max_length=255, blank=True, default="")
    comment = models.TextField(blank=True, default="")

    class Meta:
        db_table = "event_blocklist"

    def __str__(self) -> str:
        return str(self.event_uuid)
