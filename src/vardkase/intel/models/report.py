"""Event report models: Markdown text inside an event."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.models.document_columns import sent
from vardkase.intel.models.event import Event


class EventReport(models.Model):
    uuid = sent(models.UUIDField(default=uuid.uuid4, unique=True))
    event = models.ForeignKey(Event, models.CASCADE, related_name="reports")
    name = sent(models.CharField(max_length=255))
    content = sent(models.TextField(default=""))
    distribution = sent(models.SmallIntegerField(default=5))
    sharing_group = sent(models.ForeignKey(SharingGroup, models.PROTECT, null=True, related_name="reports"))
    timestamp = sent(models.BigIntegerField())
    deleted = sent(models.BooleanField(default=False))

    class Meta:
        db_table = "event_report"

    def __str__(self) -> str:
        return self.name
