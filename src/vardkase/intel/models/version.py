"""Models for published versions of events, kept permanently."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.intel.models.event import Event


class Snapshot(models.Model):
    """A rendered document (MISP JSON, zstd), named by the SHA-256 of its uncompressed bytes. Never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    document = models.BinaryField()
    size = models.BigIntegerField()

    class Meta:
        db_table = "snapshot"

    def __str__(self) -> str:
        return self.sha256


class EventVersion(models.Model):
    """The n-th publication of an event. It outlives the event, which is therefore a plain number and uuid.

    `distribution` and `sharing_group_id` are the event's at the time (`distribution` is null where that is not on
    record); `audiences` are those among its readers who alone may know of this version (`hooks.EventPublished.groups`;
    none: all).

    `info`, `date` and `tags` (names of those that are not local) are the event's at the time, for lists of versions,
    which do not read documents; empty where they are not on record. `offences` are the UUIDs of what concerned an
    offence at the time: attributes, reports, and the event itself for its title and tags; null where that is not on
    record.
    """

    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    version = models.IntegerField()
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="versions")
    published_at = models.BigIntegerField()
    published_by = models.CharField(max_length=255)
    distribution = models.SmallIntegerField(null=True)
    sharing_group_id = models.BigIntegerField(null=True)
    info = models.TextField(blank=True, default="", db_default="")
    date = models.DateField(null=True)
    tags = models.JSONField(default=list, db_default=[])
    audiences = models.JSONField(default=list, db_default=[])
    offences = ArrayField(models.UUIDField(), null=True)

    class Meta:
        db_table = "event_version"
        constraints = [models.UniqueConstraint(fields=["event_uuid", "version"], name="event_version_unique")]

    def __str__(self) -> str:
        return f"{Event.__name__} {self.event_id} version {self.version}"
