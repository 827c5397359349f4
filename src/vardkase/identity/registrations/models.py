"""What waits for a decision of the site administrators: requests for an account."""

from __future__ import annotations

import uuid

from django.db import models


class Inbox(models.Model):
    """One request. `data` is what was asked for, `timestamp` Unix seconds; a decided request is deleted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    title = models.CharField(max_length=400)
    type = models.CharField(max_length=32, default="registration")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.TextField(blank=True, default="")
    comment = models.TextField(blank=True, default="")
    timestamp = models.BigIntegerField()
    data = models.JSONField()

    class Meta:
        db_table = "inbox"

    def __str__(self) -> str:
        return self.title
