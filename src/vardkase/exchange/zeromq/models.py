"""What waits to be sent."""

from __future__ import annotations

from django.db import models


class ZeroMqMessage(models.Model):
    """An event that goes out under `topic`; it is written as it is when it is sent, and the row is gone then."""

    topic = models.CharField(max_length=60)
    event_id = models.BigIntegerField()
    queued = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "zeromq_message"

    def __str__(self) -> str:
        return f"{self.topic} {self.event_id}"
