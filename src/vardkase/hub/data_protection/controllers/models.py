"""Models for who was controller for a published event, as far as it cannot be derived from today's rows."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation


class PublishingController(models.Model):
    """Who was controller for an event from a publication on (`since`, its `publish_timestamp`).

    The name, number and contact are those of that day; a new row is made only when one of them differs.
    """

    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    since = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255)
    organisation_number = models.CharField(max_length=10, blank=True, default="")
    contact_name = models.CharField(max_length=200, blank=True, default="")
    contact_email = models.EmailField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "publishing_controller"
        constraints = [
            models.UniqueConstraint(fields=["event_uuid", "since"], name="publishing_controller_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} for event {self.event_id}"
