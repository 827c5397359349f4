"""Models for blocklists of events, organisations, sightings, clusters and analyst data, by UUID."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Blocked(models.TextChoices):
    """The kinds of blocklist. Sightings and events are also blocked by their organisation."""

    EVENT = "event"
    ORGANISATION = "organisation"
    SIGHTING_ORGANISATION = "sighting_organisation"
    GALAXY_CLUSTER = "galaxy_cluster"
    ANALYST_DATA = "analyst_data"


class BlocklistEntry(models.Model):
    """A blocked uuid, with metadata.

    `info` is the event's or cluster's title, or the organisation's name; `orgc` names its creator. For
    organisations, hits and the last hit (Unix seconds) are counted.
    """

    kept_by_hub: ClassVar = frozenset({"blocked_amount", "blocked_last_time"})

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
