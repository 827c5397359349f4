"""Models for event locks: an advisory notice to colleagues that somebody is editing an event."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


class EventLock(models.Model):
    """A user editing an event until `expires` (Unix seconds). `lock_id` is known only to that user."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="locks")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    lock_id = models.UUIDField(default=uuid.uuid4)
    expires = models.BigIntegerField()

    class Meta:
        db_table = "event_lock"
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="event_lock_once")]

    def __str__(self) -> str:
        return f"user {self.user_id} on event {self.event_id}"
