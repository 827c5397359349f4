"""Models for pending account requests."""

from __future__ import annotations

import uuid

from django.db import models


class Inbox(models.Model):
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
