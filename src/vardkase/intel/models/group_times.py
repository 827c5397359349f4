"""Models for event times that only certain sharing groups may see."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.intel.models.event import Event


class EventGroupTimes(models.Model):
    """When the parts of an event that only members of all groups of `group_ids` read were last changed and published.

    `group_ids` are in ascending order; they are more than one where an attribute and its object, or the ends of a
    reference, have different groups. Times are Unix seconds, 0 for never. `published`: no change waits to be published.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="group_times")
    group_ids = ArrayField(models.BigIntegerField())
    timestamp = models.BigIntegerField(default=0, db_default=0)
    sighting_timestamp = models.BigIntegerField(default=0, db_default=0)
    publish_timestamp = models.BigIntegerField(default=0, db_default=0)
    published = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "event_group_times"
        constraints = [
            models.UniqueConstraint(fields=["event", "group_ids"], name="event_group_times_unique")
        ]
        indexes = [
            models.Index(
                fields=["event"], name="event_group_times_unpublished", condition=models.Q(published=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_ids} in event {self.event_id}"
