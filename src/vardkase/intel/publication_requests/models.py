"""Models for requests to publish, by those who may change an event but not publish it."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


class PublicationRequest(models.Model):
    """Open until the event is published or the request is withdrawn or declined."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="publication_request")
    requester = models.ForeignKey(User, models.CASCADE, related_name="+")
    message = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "publication_request"

    def __str__(self) -> str:
        return f"event {self.event_id}"
