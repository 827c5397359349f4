"""Models for cached value hashes of feeds and connected instances."""

from __future__ import annotations

from uuid import UUID

from django.db import models

NO_EVENT = UUID(int=0)
"""Stands for the event of a value that is in none: lists have no events."""


class CachedSource(models.Model):
    """A feed or instance with cached values: `kind` is a name in `kinds`, `number` its id there.

    `cached` is Unix seconds; `size` is the number of distinct values.
    """

    kind = models.TextField()
    number = models.BigIntegerField()
    cached = models.BigIntegerField(null=True)
    size = models.BigIntegerField(default=0)

    class Meta:
        db_table = "cached_source"
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="cached_source_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class CachedValue(models.Model):
    """A value of a source by its MD5 (16 bytes, as MISP's hashes.csv has it), once per event.

    Without a constraint on `source`, which would be checked for a million rows; `services.forget` removes
    them.
    """

    pk = models.CompositePrimaryKey("md5", "source_id", "event_uuid")
    md5 = models.UUIDField()
    source = models.ForeignKey(CachedSource, models.DO_NOTHING, related_name="values", db_constraint=False)
    event_uuid = models.UUIDField(default=NO_EVENT)

    class Meta:
        db_table = "cached_value"

    def __str__(self) -> str:
        return f"{self.md5} in {self.source_id}"


class CachedOverlap(models.Model):
    """The number of values a source shares with another; a row each way, and none for zero."""

    source = models.ForeignKey(CachedSource, models.CASCADE, related_name="overlaps")
    other = models.ForeignKey(CachedSource, models.CASCADE, related_name="+")
    shared = models.BigIntegerField()

    class Meta:
        db_table = "cached_overlap"
        constraints = [models.UniqueConstraint(fields=["source", "other"], name="cached_overlap_unique")]

    def __str__(self) -> str:
        return f"{self.source_id} and {self.other_id}: {self.shared}"
