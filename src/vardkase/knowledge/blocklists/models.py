"""What must not come in: events, organisations, sightings, clusters and analyst data, by uuid."""

from __future__ import annotations

from django.db import models


class Blocked(models.TextChoices):
    """What a blocklist is of. Sightings and events are also kept out by the organisation they come from."""

    EVENT = "event"
    ORGANISATION = "organisation"
    SIGHTING_ORGANISATION = "sighting_organisation"
    GALAXY_CLUSTER = "galaxy_cluster"
    ANALYST_DATA = "analyst_data"


class BlocklistEntry(models.Model):
    """One uuid that must not come (back), with what is remembered of it.

    `info` is the event's or cluster's title, or the organisation's name; `orgc` names its creator. How often
    something was kept out, and when last (Unix seconds), is counted for organisations.
    """

    kind = models.CharField(max_length=32, choices=Blocked)
    uuid = models.UUIDField()
    created = models.DateTimeField(auto_now_add=True)
    info = models.TextField(blank=True, default="")
    orgc = models.CharField(max_length=255, blank=True, default="")
    comment = models.TextField(blank=True, default="")
    blocked_amount = models.BigIntegerField(default=0)
    blocked_last_time = models.BigIntegerField(null=True)

    class Meta:
        db_table = "blocklist_entry"
        constraints = [models.UniqueConstraint(fields=["kind", "uuid"], name="blocklist_entry_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.uuid}"
