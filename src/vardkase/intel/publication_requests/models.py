"""Models for requests to publish, by those who may not publish an event, or not create the sharing group it needs."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


class PublicationRequest(models.Model):
    """Open until the event is published or the request is withdrawn or declined.

    `organisation_ids`: to whom alone it is to be published, by a sharing group; empty leaves it to the publisher.
    """

    event = models.OneToOneField(Event, models.CASCADE, related_name="publication_request")
    requester = models.ForeignKey(User, models.CASCADE, related_name="+")
    message = models.TextField(blank=True, default="")
    organisation_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "publication_request"

    def __str__(self) -> str:
        return f"event {self.event_id}"
