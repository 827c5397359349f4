"""Feeds: lists and events that others publish on the web, and the values of those that are cached."""

from __future__ import annotations

from django.db import models

from vardkase.core.secrets import Safe
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.distribution import Distribution

HEADERS = Safe("headers of feeds")


class SourceFormat(models.TextChoices):
    """What lies at a feed's address: a manifest with events, a table, or any text."""

    MISP = "misp"
    CSV = "csv"
    FREETEXT = "freetext"


class Feed(models.Model):
    """One feed (core-format §14). `event_id` is the event that a list goes into with `fixed_event`, 0 for none yet.

    `encrypted_headers` are sent along and may hold a key: `HEADERS` opens them. `orgc` is whose name new events
    bear; none stands for whoever fetches. `cached` is Unix seconds.
    """

    name = models.CharField(max_length=255)
    provider = models.CharField(max_length=255)
    url = models.CharField(max_length=255)
    rules = models.JSONField(null=True)
    enabled = models.BooleanField(default=False)
    distribution = models.SmallIntegerField(default=Distribution.ORGANISATION)
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="+")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, related_name="+")
    default = models.BooleanField(default=False)
    source_format = models.CharField(max_length=16, choices=SourceFormat, default=SourceFormat.FREETEXT)
    fixed_event = models.BooleanField(default=True)
    delta_merge = models.BooleanField(default=False)
    event_id = models.BigIntegerField(default=0)
    publish = models.BooleanField(default=False)
    override_ids = models.BooleanField(default=False)
    force_to_ids = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)
    lookup_visible = models.BooleanField(default=False)
    encrypted_headers = models.TextField(blank=True, default="")
    caching_enabled = models.BooleanField(default=False)
    orgc = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    cached = models.BigIntegerField(null=True)

    class Meta:
        db_table = "feed"

    def __str__(self) -> str:
        return self.name


class FeedValue(models.Model):
    """A value of a cached feed, by its MD5 (16 bytes, as MISP's hashes.csv has it), and in which event it is."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="values", db_index=False)
    md5 = models.UUIDField()
    event_uuid = models.UUIDField(null=True)

    class Meta:
        db_table = "feed_value"
        indexes = [
            models.Index(fields=["md5", "feed"], name="feed_value_md5"),
            models.Index(fields=["feed"], name="feed_value_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.md5} in {self.feed_id}"
